/** A few schedules. `pnpm test:slow` runs more, `pnpm test:nightly` 100,000. */
import { exploreAllPairs } from './explore-all-pairs.ts'

exploreAllPairs({ schedules: 150 })
