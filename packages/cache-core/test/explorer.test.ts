/** Ten times as many in `explorer.slow.test.ts`, a hundred times as many in `pnpm test:nightly`. */
import { exploreAllPairs } from './explore-all-pairs.ts'

exploreAllPairs({ schedules: 1_000 })
