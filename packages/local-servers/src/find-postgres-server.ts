import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { findPrograms, foldersOf } from './find-program.ts'

/** The command that installs one; completes a sentence such as "install it: …". */
export const installPostgresHint = 'apt-get install postgresql (Debian, Ubuntu) or brew install postgresql@17 (macOS)'

/** Debian keeps the server's programs outside PATH, in one folder per version. */
const DEBIAN_FOLDER = '/usr/lib/postgresql'

/**
 * The folder that holds `initdb` and `postgres`: the first on PATH, otherwise Debian's newest version; undefined if there is none.
 */
export function findPostgresServer(searchPath?: string): string | undefined {
  const folders = [...foldersOf(searchPath), ...debianFolders()]
  const initdb = findPrograms('initdb', folders).find((path) => findPrograms('postgres', [dirname(path)]).length > 0)
  return initdb && dirname(initdb)
}

function debianFolders(): string[] {
  try {
    const versions = readdirSync(DEBIAN_FOLDER).sort((a, b) => Number(b) - Number(a))
    return versions.map((version) => join(DEBIAN_FOLDER, version, 'bin'))
  } catch {
    return []
  }
}
