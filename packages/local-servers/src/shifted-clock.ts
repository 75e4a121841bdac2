import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** What to type to get it; completes a sentence such as "install it: …". */
export const installFaketimeHint = 'apt-get install faketime (Debian, Ubuntu)'

const LIBRARY = 'libfaketimeMT.so.1'

/**
 * The environment under which a process's wall clock is shifted, such as by `+1h` or `-30m`. Its timers and its monotonic clock
 * run as they are. Linux only. Not for Redis, which dies under it.
 *
 * Throws when libfaketime is not installed, naming how to.
 */
export function shiftedClock(shift: string): Record<string, string> {
  const library = findFaketime()
  if (library === undefined) throw new Error(`no ${LIBRARY} in /usr/lib/*/faketime; install it: ${installFaketimeHint}`)
  return { LD_PRELOAD: library, FAKETIME: shift, FAKETIME_DONT_FAKE_MONOTONIC: '1' }
}

/** The library that shifts clocks, if it is installed. */
export function findFaketime(): string | undefined {
  if (!existsSync('/usr/lib')) return undefined
  const folders = readdirSync('/usr/lib', { withFileTypes: true }).filter((folder) => folder.isDirectory())
  return folders.map(({ name }) => join('/usr/lib', name, 'faketime', LIBRARY)).find((path) => existsSync(path))
}
