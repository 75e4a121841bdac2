/** The tests of lease-messages.live.test.ts with the other clients. */
import './lease-messages.live.test.ts'
