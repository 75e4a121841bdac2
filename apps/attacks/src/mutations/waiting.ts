/** How readers learn that the lease they wait for has ended. None of these can break a guarantee, only the waits. */
import type { Mutation } from './mutation.ts'

const core = 'packages/cache-core/src'
const scripts = `${core}/redis/scripts.ts`
const channel = `${core}/redis/lease-channel.ts`

export const waiting: readonly Mutation[] = [
  {
    name: 'a reader that waits asks again, although it expects to be told',
    without: 'readers wait forever for a message that was lost',
    edits: [
      {
        file: `${core}/key-read.ts`,
        find: 'const cancel = runtime.after(ms, () => resolve(false))',
        replace: 'const cancel = () => void ms',
      },
    ],
    suites: ['unit'],
  },
  {
    name: 'the end of a lease is told to those who wait (Redis)',
    without: 'they get the value up to 500 ms late',
    edits: [{ file: scripts, find: "redis.pcall('PUBLISH', string.match(mark, '^[^{]*'), entry)", replace: '1' }],
    suites: ['waiting'],
  },
  {
    name: 'the end of a lease is told to those who wait (memory)',
    without: 'as on Redis',
    edits: [{ file: `${core}/stores/memory.ts`, find: '    waiters.wake(key)\n', replace: '' }],
    suites: ['unit'],
  },
  {
    name: 'a message that may not be published fails no fill',
    without: 'values that readers wait for are not stored',
    edits: [{ file: scripts, find: "redis.pcall('PUBLISH'", replace: "redis.call('PUBLISH'" }],
    suites: ['refused'],
  },
  {
    name: 'a message counts even if it comes before the answer that the lease is held',
    without: 'a reader gets the value up to 500 ms late',
    edits: [{ file: channel, find: '(this.#heardAt.get(key) ?? 0) > position) ended()', replace: 'false) ended()' }],
    suites: ['unit'],
  },
  {
    name: 'no message is expected for a request sent before the subscription',
    without: 'as it has left no mark, the reader gets the value up to 500 ms late',
    edits: [{ file: channel, find: 'isExpected: position !== undefined && this', replace: 'isExpected: this' }],
    suites: ['unit'],
  },
  {
    name: 'after a missed message none is expected until one comes',
    without: 'if some process may not publish, its values come up to 500 ms late each time',
    edits: [{ file: channel, find: '        this.#isTrusted = false\n', replace: '' }],
    suites: ['unit'],
  },
]
