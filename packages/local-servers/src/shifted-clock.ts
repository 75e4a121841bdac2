import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** The command that installs it; completes a sentence such as "install it: …". */
export const installFaketimeHint = 'apt-get install faketime (Debian, Ubuntu)'

const LIBRARY = 'libfaketimeMT.so.1'

/**
 * An environment that shifts a process's wall clock, such as by `+1h` or `-30m`, but not its timers and its monotonic clock.
 * Linux only. Redis crashes under it.
 *
 * Throws if libfaketime is not installed, and names the command that installs it.
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
