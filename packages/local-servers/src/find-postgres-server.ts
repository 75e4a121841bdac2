import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { findPrograms, foldersOf } from './find-program.ts'

/** What to type to get one; completes a sentence such as "install it: …". */
export const installPostgresHint = 'apt-get install postgresql (Debian, Ubuntu) or brew install postgresql@17 (macOS)'

/** Debian keeps the server's programs off the PATH, in a folder per version. */
const DEBIAN_FOLDER = '/usr/lib/postgresql'

/**
 * The folder that holds `initdb` and `postgres`: of those on PATH the first, else Debian's of the newest version; undefined when there
 * is none.
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
