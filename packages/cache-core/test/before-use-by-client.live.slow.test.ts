/** What a process does before it uses a Redis: the same by the other clients. */
import './before-use.live.test.ts'
