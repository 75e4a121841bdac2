/** The tests of pairs.live.test.ts with the other clients, and on memcached. */
import './pairs.live.test.ts'
