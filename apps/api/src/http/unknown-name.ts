/** The message for an unknown name: the known names, and the one that was probably meant. */
import { shown } from './problem.ts'

/** `there is no key "ttl" (did you mean ttlMs?); there are ttlMs, leaseMs` */
export function unknownName(kind: string, given: string | readonly string[], names: readonly string[]): string {
  const list = [given].flat().slice(0, 5)
  const said = list.map((name) => {
    const meant = nearest(name, names)
    return shown(name) + (meant === undefined ? '' : ` (did you mean ${meant}?)`)
  })
  return `there is no ${kind} ${said.join(', no ')}; there ${names.length === 1 ? 'is only' : 'are'} ${names.join(', ')}`
}

/** The most similar name; undefined if none is similar. */
export function nearest(given: string, names: readonly string[]): string | undefined {
  if (given.length > 60) return undefined
  const from = plain(given)
  let best: string | undefined
  let least = Math.max(1, Math.floor(from.length / 3)) + 1
  for (const name of names) {
    const to = plain(name)
    // A missing or extra unit or plural.
    const isPart = from.length > 2 && to.length > 2 && (to.includes(from) || from.includes(to))
    const distance = from === to ? 0 : isPart ? 1 : edits(from, to)
    if (distance < least) {
      best = name
      least = distance
    }
  }
  return best
}

/** Makes `ttl_ms`, `TTL-MS` and `ttlMs` equal. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}

/** Levenshtein distance. */
function edits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1] ? 0 : 1
      next.push(Math.min(row[j - 1]! + same, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row.at(-1)!
}
