import type { Value } from './library.ts'

/** For libraries with a read of many keys, but no read-through of many: loads what is missing, keeps it, and completes the values. */
export async function fillMissing(
  keys: readonly string[],
  kept: readonly unknown[],
  loadMany: (keys: readonly string[]) => Promise<Value[]>,
  keep: (entries: { key: string; value: Value }[]) => Promise<unknown>,
): Promise<readonly unknown[]> {
  const missing = keys.filter((_, i) => kept[i] === undefined || kept[i] === null)
  if (missing.length === 0) return kept
  const loaded = await loadMany(missing)
  await keep(missing.map((key, i) => ({ key, value: loaded[i]! })))
  const byKey = new Map(missing.map((key, i) => [key, loaded[i]]))
  return keys.map((key, i) => byKey.get(key) ?? kept[i])
}
