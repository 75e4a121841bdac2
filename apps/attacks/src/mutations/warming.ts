/** Counts of reads, and the jobs that keep entries warm. */
import type { Mutation } from './mutation.ts'

const api = 'apps/api/src'
const hottest = `${api}/posts/hottest/hottest-posts.ts`
const keepWarm = `${api}/worker/keep-warm.ts`

export const warming: readonly Mutation[] = [
  {
    name: 'counts of reads are bounded in a process',
    without: 'a client that reads many posts fills the memory',
    edits: [
      {
        file: `${api}/posts/hottest/frequent-ids.ts`,
        find: 'counts.size < this.#limit',
        replace: 'counts.size < Number.POSITIVE_INFINITY',
      },
    ],
    suites: ['hottest'],
  },
  {
    name: 'counts of reads are bounded in Redis',
    without: 'a client that reads many posts slowly fills Redis',
    edits: [{ file: hottest, find: "redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - ARGV[2])\n", replace: '' }],
    suites: ['hottest'],
  },
  {
    name: 'counts of reads are halved once an hour over all processes',
    without: 'each flush of each process halves them, and nothing is hot',
    edits: [{ file: hottest, find: 'if last and hour > last then', replace: 'if last then' }],
    suites: ['hottest'],
  },
  {
    name: 'counts of reads are sent one at a time',
    without: 'a hanging Redis gets more and more commands',
    edits: [{ file: hottest, find: 'this.#flushing === undefined && this.#counts', replace: 'this.#counts' }],
    suites: ['hottest'],
  },
  {
    name: 'a job skips an entry that was loaded since the job was due',
    without: 'a job that runs again after its worker was killed loads twice',
    edits: [
      {
        file: `${api}/worker/refresh-when-due.ts`,
        find: "return loadedAt < now - lateMs() ? 'refresh' : 'serve'",
        replace: "return 'refresh'",
      },
    ],
    suites: ['worker'],
  },
  {
    name: 'a load that fails fails its job',
    without: 'the load is not retried before the next job',
    edits: [{ file: keepWarm, find: '      await refreshing.get(key)\n', replace: '' }],
    suites: ['worker'],
  },
  {
    name: 'a job is done when the entry is stored',
    without: 'a load that is not stored, or still runs in another process, counts as done',
    edits: [{ file: keepWarm, find: "      if (kept.has(key)) return 'loaded'\n", replace: "      return 'loaded'\n" }],
    suites: ['worker'],
  },
  {
    name: 'a stopping worker starts no more loads',
    without: 'it does not stop in time, and is killed during a job',
    edits: [{ file: keepWarm, find: '      signal.throwIfAborted()\n', replace: '' }],
    suites: ['worker'],
  },
  {
    name: 'the worker works only where Redis evicts no jobs',
    without: 'a full Redis evicts jobs and schedules, and entries expire unnoticed',
    edits: [{ file: `${api}/worker/queue-policy.ts`, find: '(volatile-|noeviction$)', replace: '' }],
    suites: ['worker'],
  },
]
