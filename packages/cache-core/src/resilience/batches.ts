/** The number of keys and tags that one call invalidates, within one deadline. 500 keys take Redis about 2 ms. */
const BATCH = 500

export interface Names {
  readonly keys: readonly string[]
  readonly tags: readonly string[]
}

/** Splits keys and tags into batches for one store call each, keys first. Yields at least one batch, even an empty one. */
export function* inBatches(keys: readonly string[], tags: readonly string[]): Generator<Names> {
  for (let start = 0; start === 0 || start < keys.length + tags.length; start += BATCH) {
    const end = start + BATCH
    yield {
      keys: keys.slice(start, end),
      tags: tags.slice(Math.max(0, start - keys.length), Math.max(0, end - keys.length)),
    }
  }
}
