/** The suites of two tiers, by the other clients. */
import './tiered.live.test.ts'
import './tiered-pending.live.test.ts'
import './given-up-connections.live.test.ts'
