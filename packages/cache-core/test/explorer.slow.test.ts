import { exploreAllPairs } from './explore-all-pairs.ts'

exploreAllPairs({ schedules: 10_000 })
