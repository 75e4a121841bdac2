/** For `launcher.test.ts`: `pnpm dev` in a folder of its own, with a stand-in for the API, so that a test may save its source. */
import { launch } from './launch.ts'

const folder = process.argv[2]!
await launch({ api: folder, entry: 'main.mjs', root: folder })
