import { setTimeout as sleep } from 'node:timers/promises'
import { libraries } from './libraries/index.ts'
import type { Open, Setting } from './libraries/library.ts'
import { FLOOR, type LibraryName } from './libraries/names.ts'
import type { Contestant } from './measure/contestant.ts'
import { operationOf, type RowName, rows } from './rows.ts'
import { type SizeName, sizes } from './sizes.ts'
import type { MadeValue } from './values.ts'

export interface Surroundings {
  readonly redisUrl: string
  readonly size: SizeName
  readonly values: readonly MadeValue[]
  onError(error: unknown): void
}

/** How the library is opened for a row. The floor has no tags: a hit with tags is compared with its hit without. */
export function openFor(row: RowName, library: LibraryName): Open | undefined {
  const { [rows[row].use]: open, shared } = libraries[library]
  return row === 'tagged' && library === FLOOR ? shared : open
}

/** Opens the library and fills it. Undefined if it has no such row. */
export async function openContestant(
  row: RowName,
  library: LibraryName,
  { redisUrl, size, values, onError }: Surroundings,
): Promise<Contestant | undefined> {
  const open = openFor(row, library)
  if (open === undefined) return undefined
  const { isFilled, maxOps = Number.MAX_SAFE_INTEGER, loadMs = 0, inFlight = sizes[size].inFlight } = rows[row]
  const { form } = libraries[library]
  const byKey = new Map(values.map((value) => [value.key, value[form === 'bytes' ? 'bytes' : 'object']]))
  const forms = [...byKey.values()]
  let loads = 0
  let serial = 0
  const valueFor = (key: string) => byKey.get(key) ?? forms[loads % forms.length]!
  const setting: Setting = {
    redisUrl,
    prefix: `${row}:${library}:`,
    async load(key) {
      loads++
      if (loadMs > 0) await sleep(loadMs)
      return valueFor(key)
    },
    async loadMany(keys) {
      loads += keys.length
      return keys.map(valueFor)
    },
    onError,
  }
  const cache = await open(setting)
  const keys = [...byKey.keys()]
  const operate = operationOf(row, cache, keys, () => serial++)
  if (operate === undefined) {
    await cache.close()
    return undefined
  }
  const fill = async () => {
    for (let at = 0; at < keys.length; at += inFlight) {
      await Promise.all(keys.slice(at, at + inFlight).map((key) => (cache.warm ?? cache.read)(key)))
    }
  }
  if (isFilled) await fill()
  return {
    row,
    library,
    operate,
    isSync: row === 'peek',
    inFlight,
    maxOps: row === 'write' ? Math.min(maxOps, keys.length) : maxOps,
    prepare: row === 'write' ? fill : async () => {},
    loads: () => loads,
    close: () => cache.close(),
  }
}
