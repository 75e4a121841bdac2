import { exploreAllPairs } from './explore-all-pairs.ts'

exploreAllPairs({ schedules: 750 })
