/** Before the tests: builds the pages from their sources. In a process of its own, since vitest brings its own Vite. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const script = fileURLToPath(new URL('../../build/build.ts', import.meta.url))

export default async function setup() {
  await promisify(execFile)(process.execPath, ['--conditions=workspace-source', script])
}
