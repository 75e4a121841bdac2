/** For a first trust. `pnpm test:slow` takes ten times as many, `pnpm test:nightly` a hundred times. */
import { exploreAllPairs } from './explore-all-pairs.ts'

exploreAllPairs({ schedules: 1_000 })
