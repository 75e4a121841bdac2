/** The words of made-up posts. Changing any list changes the posts: raise `generator` in make-posts.ts. */

/** Two to four words. */
// biome-ignore format: one word per line would fill a screen
export const titleOpenings = [
  'Notes on', 'The trouble with', 'A short history of', 'What we learned from', 'Living with', 'In praise of',
  'How to think about', 'Three questions about', 'A second look at', 'The hidden cost of', 'A field guide to',
  'Before you choose', 'Our year with', 'Letters about', 'Ten minutes with', 'Nobody warned us about',
] as const

/** Nothing, or two to four words. */
// biome-ignore format: one word per line would fill a screen
export const titleEndings = [
  '', '', '', 'in a small team', 'after midnight', 'on a rainy weekend', 'for everyone else', 'without the jargon',
  'and what came after', 'one year later', 'by the sea', 'under load', 'for beginners', 'at the corner café',
] as const

// biome-ignore format: one word per line would fill a screen
export const adjectives = [
  'slow', 'quiet', 'borrowed', 'forgotten', 'careful', 'noisy', 'wooden', 'second-hand', 'early', 'late', 'northern',
  'patient', 'stubborn', 'tiny', 'weekly', 'honest', 'cold', 'warm', 'shared', 'broken', 'plain', 'bright', 'crowded',
  'distant', 'gentle', 'naïve', 'nightly', 'ordinary', 'restless', 'simple', 'winding', 'unfinished',
] as const

// biome-ignore format: one word per line would fill a screen
export const nouns = [
  'queries', 'gardens', 'backups', 'bicycles', 'deployments', 'libraries', 'maps', 'meetings', 'recipes', 'indexes',
  'letters', 'migrations', 'mornings', 'notebooks', 'queues', 'railways', 'reviews', 'rivers', 'servers', 'songs',
  'spreadsheets', 'tests', 'timetables', 'tools', 'villages', 'bridges', 'caches', 'clocks', 'estimates', 'kitchens',
  'ladders', 'orchards', 'photographs', 'rehearsals', 'sketches', 'translations', 'workshops', 'weekends',
] as const

/** With a plural subject. */
// biome-ignore format: one word per line would fill a screen
export const verbs = [
  'taught us more than', 'took the place of', 'kept us away from', 'made room for', 'were no match for',
  'depended on', 'turned into', 'came back as', 'got along well with', 'never agreed with', 'outlived', 'paid for',
  'pointed the way to', 'began with', 'slowed down', 'quietly replaced',
] as const

/** The last part of a sentence, up to the full stop. */
// biome-ignore format: one word per line would fill a screen
export const closings = [
  'before the first snow', 'as long as somebody wrote it down', 'and nobody noticed for a week',
  'until the numbers were measured again', 'which is why we start with the simplest thing', 'at least on paper',
  'to the surprise of everyone in the room', 'when the whole team was away', 'and we would do it again',
  'so we labelled it "good enough" and went home', 'even on the busiest day of the year', 'more often than not',
  'after three quiet months', 'in spite of the weather', 'because the old way had stopped working', 'as usual',
] as const

// biome-ignore format: one word per line would fill a screen
export const authors = [
  'Ada Brennan', 'Amara Okafor', 'Anders Holm', 'Anouk Verhoeven', 'Asha Raman', 'Beatriz Moura', 'Bo Lindahl',
  'Camille Roux', 'Carlos Ibáñez', 'Chidi Eze', 'Clara Weiss', 'Dagny Solberg', 'Daniel Osei', 'Dina Haddad',
  'Eero Laine', 'Elif Kaya', 'Emeka Nwosu', 'Esther Blum', 'Fatima Zahra', 'Felix Baumann', 'Freya Dalgaard',
  'Gita Menon', 'Hana Sato', 'Hugo Marchetti', 'Ines Carvalho', 'Ivan Petrov', 'Jonas Keller', 'José Almeida',
  'Kaito Mori', 'Katya Orlova', 'Lena Fischer', 'Liam Doyle', 'Linh Tran', 'Lucía Navarro', 'Mateo Rossi', 'Mei Chen',
  'Milan Novák', 'Nadia Rahman', 'Niamh Kelly', 'Noor de Vries', 'Olga Sokolova', 'Omar Farouk', 'Priya Nair',
  'Rosa Delgado', 'Søren Dahl', 'Tariq Aziz', 'Thandi Mokoena', 'Wanjiru Kamau', 'Yara Haddad', 'Zoë Lindqvist',
] as const
