/**
 * Calls that this bench can measure before cache-core has them. Each is undefined until then: its row is left out, or falls back.
 * Once they exist, `cache-core.ts` can call them directly, and this file can go.
 */

import type { Cache, Codec } from 'cache-core'
import * as core from 'cache-core'
import type { OpenCache, Setting } from './library.ts'

/** The codec whose decoded values readers share. */
export const { sharedJsonCodec } = core as { readonly sharedJsonCodec?: Codec<unknown> }

/** `peek`, if it answers without a promise. */
export function syncPeekOf(cache: Cache<unknown>): OpenCache['peek'] {
  const { peek } = cache as unknown as { peek(key: string): unknown }
  const absent = peek('a key that nobody keeps')
  return absent === undefined ? peek : undefined
}

type ReadMany = (
  keys: readonly string[],
  loadMissing: (missing: readonly string[]) => Promise<ReadonlyMap<string, unknown>>,
) => Promise<unknown>

/** `readMany`. Without it, a row of many keys makes single reads at the same time. */
export function readManyOf(cache: Cache<unknown>, loadMany: Setting['loadMany']): OpenCache['readMany'] {
  const { readMany } = cache as { readMany?: ReadMany }
  if (readMany === undefined) return undefined
  const loadMissing = async (keys: readonly string[]) => {
    const loaded = await loadMany(keys)
    return new Map(keys.map((key, i) => [key, loaded[i]]))
  }
  return (keys) => readMany(keys, loadMissing)
}
