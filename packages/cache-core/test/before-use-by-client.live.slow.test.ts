/** The tests of before-use.live.test.ts with the other clients. */
import './before-use.live.test.ts'
