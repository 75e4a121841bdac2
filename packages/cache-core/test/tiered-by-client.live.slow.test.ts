/** The suite of two tiers, by the other clients. */
import './tiered.live.test.ts'
