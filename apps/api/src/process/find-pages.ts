import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Beside the bundle, as in the image; or where `pnpm --filter dashboard build` writes them, seen from the bundle and from here. */
const FOLDERS = ['../pages/', '../../dashboard/dist/', '../../../dashboard/dist/'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
)

/** The folder of the built pages; undefined if they are not built. */
export function findPages(): string | undefined {
  return FOLDERS.find((folder) => existsSync(`${folder}index.html`))
}
