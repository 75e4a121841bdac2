import { type SeededRandom, seededRandom } from 'workload'

export interface WithKeys {
  readonly posts: number
  readonly keys: number
}

/** A value in both forms. */
export interface MadeValue {
  readonly key: string
  readonly object: { readonly key: string; readonly posts: readonly object[] }
  readonly bytes: Buffer
}

const WORDS = 'a cache keeps what was read and forgets what was written so that the next reader waits for nobody'.split(
  ' ',
)
const WORDS_PER_POST = 46

/** Made-up values, the same for the same seed. About 350 bytes of JSON per post. */
export function makeValues({ posts, keys }: WithKeys, seed: number): MadeValue[] {
  const random = seededRandom(seed)
  return Array.from({ length: keys }, (_, i) => {
    const key = `post:${i + 1}`
    const object = { key, posts: Array.from({ length: posts }, (_, at) => makePost(random, at)) }
    return { key, object, bytes: Buffer.from(JSON.stringify(object)) }
  })
}

function makePost(random: SeededRandom, at: number): object {
  const words = (count: number) => Array.from({ length: count }, () => random.pick(WORDS)).join(' ')
  return { id: at + 1, author: random.below(1_000), title: words(6), content: words(WORDS_PER_POST), version: 1 }
}
