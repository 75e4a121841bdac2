/** Silent and slow connections, wrong servers, and refusals. */
import type { Mutation } from './mutation.ts'

const core = 'packages/cache-core/src'
const deadlines = `${core}/resilience/deadlines.ts`
const connection = `${core}/redis/redis-connection.ts`
const resilient = `${core}/resilience/resilient-store.ts`

export const connections: readonly Mutation[] = [
  {
    name: 'a running transfer pauses the deadlines',
    without: 'small entries behind a large one bypass the cache, and the circuit opens',
    edits: [{ file: deadlines, find: 'else if (!isReceiving) this.#quietTicks++', replace: 'else this.#quietTicks++' }],
    suites: ['unit', 'connection'],
  },
  {
    name: 'no command times out before the commands ahead of it',
    without: 'commands behind a large fill bypass the cache',
    edits: [{ file: deadlines, find: '+ deadlineTicks, lateAtBefore)', replace: '+ deadlineTicks, 0)' }],
    suites: ['unit'],
  },
  {
    name: 'a command that waited behind another answer gets a new deadline',
    without: 'commands sent after a large fill time out immediately, and the circuit opens',
    edits: [{ file: deadlines, find: 'Math.max(begunAt, this.#answeredAt)', replace: 'begunAt' }],
    suites: ['unit'],
  },
  {
    name: 'a store finishes its invalidations before it closes',
    without: 'the next store on the same entries serves values whose invalidation was pending',
    edits: [{ file: resilient, find: '      await Promise.all(invalidating)\n', replace: '' }],
    suites: ['connection'],
  },
  {
    name: 'one command past its deadline opens the circuit',
    without: 'readers of a hot key wait for several deadlines in a row',
    edits: [{ file: `${core}/resilience/circuit.ts`, find: 'if (isSilent || ++', replace: 'if (++' }],
    suites: ['resilience'],
  },
  {
    name: 'a silent connection is renewed',
    without: 'the cache is bypassed until the old connection ends',
    edits: [
      {
        file: connection,
        find: 'if (this.#silentProbes >= PROBES_TO_RENEW) this',
        replace: 'if (cause === null) this',
      },
    ],
    suites: ['connection'],
  },
  {
    name: 'a connection to a replica is renewed',
    without: 'after a failover invalidations are refused permanently',
    edits: [{ file: connection, find: 'else if (REPLICA.test(', replace: 'else if (/never/.test(' }],
    suites: ['connection'],
  },
  {
    name: 'a connection is renewed only if that is allowed',
    without: 'commands of others on a shared connection are lost',
    edits: [
      { file: `${core}/redis/renewal.ts`, find: 'if (!this.#isAllowed) {', replace: 'if (this.#isAllowed === null) {' },
    ],
    suites: ['connection'],
  },
  {
    name: 'only the configured database is used',
    without: "entries go to database 0, and another environment's are served",
    edits: [{ file: connection, find: 'if (this.#given.database !== 0) this.circuit.suspend()', replace: '' }],
    suites: ['connection'],
  },
  {
    name: 'a refusal by Redis is reported',
    without: 'the cache is bypassed without an explanation',
    edits: [{ file: connection, find: 'this.#refusals.note(command, error)', replace: 'void command' }],
    suites: ['refused'],
  },
  {
    name: 'an invalidation that can never succeed is not pending',
    without: 'one call bypasses the cache permanently',
    edits: [{ file: resilient, find: 'if (why !== undefined) {', replace: 'if (why === null) {' }],
    suites: ['refused'],
  },
  {
    name: 'many keys are invalidated in batches',
    without: 'they share one deadline, miss it, and everything is invalidated',
    edits: [{ file: `${core}/resilience/batches.ts`, find: 'const BATCH = 500', replace: 'const BATCH = 1_000_000' }],
    suites: ['connection'],
  },
  {
    name: 'an entry that is too slow is skipped for a while',
    without: 'each read of it delays all others by 2 s',
    edits: [
      {
        file: `${core}/redis/lookups.ts`,
        find: 'if (isTooSlow(error)) slow.add(key)',
        replace: '',
      },
    ],
    suites: ['connection'],
  },
  {
    name: "a connection's error does not show its password",
    without: 'the password is in the log: ioredis adds the command to its errors',
    edits: [{ file: connection, find: 'sayAway(withoutCommand(cause))', replace: 'sayAway(cause)' }],
    suites: ['connection'],
  },
]
