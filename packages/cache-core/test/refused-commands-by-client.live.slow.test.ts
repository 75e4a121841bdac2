/** The tests of refused-commands.live.test.ts with the other clients. */
import './refused-commands.live.test.ts'
