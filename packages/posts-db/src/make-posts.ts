import { type SeededRandom, seededRandom } from 'workload'
import { adjectives, authors, closings, nouns, titleEndings, titleOpenings, verbs } from './words.ts'

/** The edition of the words and rules. Raise it with any change to them, so that old data is loaded again. */
export const generator = 1

/** One made-up row of the table. Its version is 1. */
export interface MadePost {
  id: number
  title: string
  content: string
  author: string
  created_at: string
}

/** Fixed, not "now", so that a seed always makes the same bytes. */
const newestMs = Date.UTC(2026, 0, 1)
const yearMs = 365 * 24 * 60 * 60 * 1000

/**
 * Posts `from` … `to` (inclusive) of a load of `count`, the same for the same seed everywhere. Titles have 4 to 10 words, contents
 * 1 to 3 sentences; dates rise with the id through the year before 2026-01-01. About 360 bytes of JSON each.
 */
export function makePosts(options: { from: number; to: number; count: number; seed: number }): MadePost[] {
  const { from, to, count, seed } = options
  const posts: MadePost[] = []
  const seedBits = seededRandom(seed).below(2 ** 32)
  for (let id = from; id <= to; id++) {
    // A separate generator for each post, so that any part of the load can be made without the parts before it.
    const random = seededRandom(seedBits ^ Math.imul(id, 0x9e3779b1))
    posts.push({
      id,
      title: makeTitle(random),
      content: Array.from({ length: 1 + random.below(3) }, () => makeSentence(random)).join(' '),
      author: random.pick(authors),
      created_at: makeDate(random, id, count),
    })
  }
  return posts
}

function makeTitle(random: SeededRandom): string {
  return [random.pick(titleOpenings), random.pick(adjectives), random.pick(nouns), random.pick(titleEndings)]
    .filter((part) => part !== '')
    .join(' ')
}

function makeSentence(random: SeededRandom): string {
  const subject = `${random.pick(['The', 'Our', 'Most', 'Those'])} ${random.pick(adjectives)} ${random.pick(nouns)}`
  const object = `${random.pick(['the', 'some', 'all our', 'a few'])} ${random.pick(adjectives)} ${random.pick(nouns)}`
  return `${subject} ${random.pick(verbs)} ${object} ${random.pick(closings)}.`
}

/** A random moment in this post's slice of the year, so that dates rise with ids. */
function makeDate(random: SeededRandom, id: number, count: number): string {
  const sliceMs = yearMs / count
  return new Date(newestMs - yearMs + Math.floor((id - 1) * sliceMs) + random.below(Math.ceil(sliceMs))).toISOString()
}
