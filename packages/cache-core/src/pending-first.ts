import { decoded } from './before-write.ts'
import type { CacheParts } from './cache-parts.ts'
import type { LoadContext } from './load-run.ts'
import { currentLoad } from './running-load.ts'
import type { PartOfLoad } from './shared-load.ts'

type Parts<T> = Pick<CacheParts<T>, 'backlog' | 'codec' | 'version'>

/**
 * A load that asks the backlog before the origin: the origin gets a write before the backlog forgets it, so one of the two has it. If
 * the backlog can't tell, the origin's value may be older than an acknowledged write: it is returned, and not kept. Nor is a pending
 * value: if the origin was changed around the queue, it differs from what the origin then has, and what invalidates the key would not
 * wait for the pending write to end.
 */
export function pendingFirst<T>(parts: Parts<T>, key: string, load: PartOfLoad<T>): PartOfLoad<T> {
  if (parts.backlog === undefined) return load

  async function first(context: LoadContext): Promise<T | undefined> {
    const pending = await pendingValue(parts, key)
    if (currentLoad() === undefined) return undefined // it timed out meanwhile: nobody waits for the value
    if (pending === 'none') return load(context)
    context.skip()
    if (pending === 'unknown') return load(context)
    load.shared?.pass(key)
    return pending.value
  }

  return load.shared === undefined ? first : Object.assign(first, { shared: load.shared })
}

async function pendingValue<T>(
  parts: Parts<T>,
  key: string,
): Promise<{ readonly value: T | undefined } | 'none' | 'unknown'> {
  try {
    const pending = await parts.backlog!.newest(key)
    if (pending === undefined) return 'none'
    return decoded(parts, key, pending.entry) ?? 'unknown'
  } catch {
    return 'unknown'
  }
}
