/** The broken variants of `explorer-bites.live.slow.test.ts` that no real Redis can be given: of the store itself, or in memory. */
import { testBites } from './bites-suite.ts'
import { broken, redis } from './broken.ts'
import { brokenTiers } from './broken-tiers.ts'

testBites([...broken.filter(({ backend }) => backend !== redis), ...brokenTiers])
