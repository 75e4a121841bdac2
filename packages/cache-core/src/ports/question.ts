/** Identifies a key together with tags: the same key with other tags is a separate question. Lengths separate the names. */
export function questionOf(key: string, tags: readonly string[]): string {
  if (tags.length === 0) return key
  let question = `${key}\n${key.length}`
  for (const tag of tags) question += `,${tag.length},${tag}`
  return question
}
