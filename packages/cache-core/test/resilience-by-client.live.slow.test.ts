/** The tests of resilience.live.test.ts with the other clients. */
import './resilience.live.test.ts'
