import { swallowing } from './errors.ts'
import { type CacheWarning, type WarningListener, warnProcess } from './warning.ts'

/** Maximum number of different warnings given and remembered. After these, no other one is given. */
const MAX_REMEMBERED = 100

/** Gives a warning unless one with the same `about` was given before. */
export type WarnOnce = (about: string, warning: CacheWarning) => void

export function warnOnce(listener: WarningListener = warnProcess): WarnOnce {
  const warn = swallowing(listener)
  const given = new Set<string>()
  return (about, warning) => {
    if (given.has(about) || given.size >= MAX_REMEMBERED) return
    given.add(about)
    warn(warning)
  }
}
