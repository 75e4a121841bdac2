/** A Redis that is gone, hangs, or holds what is not ours: the same by the other clients. */
import './resilience.live.test.ts'
