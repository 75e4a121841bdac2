/** Pending invalidations while a store is unavailable: in this process, and in the outbox. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: source text, quoted
import type { Mutation } from './mutation.ts'

const core = 'packages/cache-core/src'
const resilient = `${core}/resilience/resilient-store.ts`
const pending = `${core}/resilience/pending-invalidations.ts`
const table = `${core}/postgres/outbox-table.ts`
const outbox = `${core}/postgres/outbox.ts`
const attached = `${core}/postgres/attached-stores.ts`
const redisStore = `${core}/redis/redis-store.ts`
const connection = `${core}/redis/redis-connection.ts`
const suites = ['unit', 'safeguards', 'resilience', 'outbox', 'before use'] as const

export const outages: readonly Mutation[] = [
  {
    name: 'pending invalidations are delivered before the store is used again',
    without: 'after an outage a process serves values that it failed to invalidate',
    edits: [{ file: resilient, find: 'gate.isClosed && pending.areFlushed', replace: 'gate.isClosed' }],
    suites: ['before use'],
  },
  {
    name: 'a failed invalidation becomes pending',
    without: 'the same',
    edits: [{ file: resilient, find: '      pending.add(keys, tags)\n', replace: '' }],
    suites: ['safeguards'],
  },
  {
    name: 'an invalidation in flight is still pending',
    without: 'the store is used before an invalidation is acknowledged',
    edits: [
      {
        file: pending,
        find: 'return !this.#isFlushing && isNothing(this.#pending)',
        replace: 'return isNothing(this.#pending)',
      },
    ],
    suites: ['before use'],
  },
  {
    name: 'stores on the same entries share pending invalidations',
    without: 'one store serves values that another failed to invalidate',
    edits: [
      {
        file: `${core}/resilience/shared-pending.ts`,
        find: 'this.#shared.get(prefix) ?? { pending: make(), users: 0 }',
        replace: '{ pending: make(), users: 0 }',
      },
    ],
    suites: ['safeguards'],
  },
  {
    name: 'no fill follows a claim without an answer',
    without: 'a fill without a lease',
    edits: [
      {
        file: resilient,
        find: 'claim: (key, request) => orElse(undefined,',
        replace: 'claim: (key, request) => orElse({ epochs: [] },',
      },
    ],
    suites: ['unit'],
  },
  {
    name: 'a process catches up before its first use',
    without: 'values are served whose invalidation by another process failed',
    edits: [
      { file: redisStore, find: '  if (client.isReady()) void pending.flush()\n', replace: '' },
      {
        file: pending,
        find: '    this.#catchUps.add(catchUp)\n    this.requestCatchUp()',
        replace: '    this.#catchUps.add(catchUp)',
      },
    ],
    suites,
  },
  {
    name: 'a process catches up after an outage',
    without: 'the same',
    edits: [
      { file: resilient, find: '  pending.whenEnded(gate.onOpened(() => pending.requestCatchUp()))\n', replace: '' },
    ],
    suites: ['before use'],
  },
  {
    name: 'a process catches up on a new connection',
    without: 'a restored Redis serves values invalidated since its snapshot',
    // Either edit alone changes nothing: the end of the old connection and the start of the new one both trigger a catch-up.
    edits: [
      {
        file: connection,
        find: '    this.pending.requestCatchUp()\n    this.pending.flush()\n',
        replace: '    this.pending.flush()\n',
      },
      {
        file: connection,
        find: '        this.pending.requestCatchUp()\n',
        replace: '',
      },
    ],
    suites: ['before use'],
  },
  {
    name: 'the outbox skips locked rows instead of using a cursor',
    without: 'rows that commit out of id order are never delivered',
    needsPostgres: true,
    edits: [
      { file: table, find: 'export class OutboxTable {\n', replace: 'export class OutboxTable {\n  #cursor = 0\n' },
      {
        file: table,
        find: 'const due = `where ${UNDELIVERED} and ${taken} order by due_at',
        replace: 'const due = `where id > ${this.#cursor} and ${UNDELIVERED} and ${taken} order by due_at',
      },
      {
        file: table,
        find: '      if (batch.ids.length > 0) await this.#mark(',
        replace:
          '      this.#cursor = Math.max(this.#cursor, ...batch.ids.map(Number))\n      if (batch.ids.length > 0) await this.#mark(',
      },
    ],
    suites: ['outbox', 'before use'],
  },
  {
    name: 'a row is marked once its invalidation was acknowledged',
    without: 'an invalidation that never reached the store counts as delivered',
    edits: [
      {
        file: table,
        find: 'await this.#mark(transaction, batch.ids, await deliver(batch))',
        replace: 'await this.#mark(transaction, batch.ids, await deliver(batch).catch(() => undefined))',
      },
    ],
    suites: ['outbox', 'before use'],
  },
  {
    name: 'an invalidation without an acknowledgement is not delivered',
    without: 'the same',
    edits: [
      {
        file: `${core}/postgres/deliver.ts`,
        find: "  if (!acknowledged) throw new Error('the store did not acknowledge an invalidation')",
        replace: '  void acknowledged',
      },
    ],
    suites: ['outbox', 'before use'],
  },
  {
    name: 'a writer marks its row once all its invalidations were acknowledged',
    without: 'the same',
    edits: [
      {
        file: `${core}/strategies/invalidate.ts`,
        find: 'isConfirmed: await cache.invalidate(keys, tags) }',
        replace: 'isConfirmed: (await cache.invalidate(keys, tags)) || true }',
      },
    ],
    suites: ['unit'],
  },
  {
    name: 'catching up takes rows that a relay holds',
    without: 'a process uses the cache before the rows of a slow relay are delivered',
    needsPostgres: true,
    edits: [
      {
        file: table,
        find: '    return this.#batch(this.#pool, `where ${UNDELIVERED}`, [], maxKeys)',
        replace: '    return this.#batch(this.#pool, `where ${UNDELIVERED} for update skip locked`, [], maxKeys)',
      },
    ],
    suites: ['outbox', 'before use'],
  },
  {
    name: 'catching up takes rows that are not due',
    without: 'the writes of the last second are not invalidated',
    edits: [
      {
        file: table,
        find: '    return this.#batch(this.#pool, `where ${UNDELIVERED}`, [], maxKeys)',
        replace: '    return this.#batch(this.#pool, `where ${UNDELIVERED} and ${DUE}`, [], maxKeys)',
      },
    ],
    suites: ['outbox', 'before use'],
  },
  {
    name: 'catching up reads undelivered rows before it replays',
    without: 'a row marked in between as delivered to the previous server is missed',
    edits: [
      {
        file: outbox,
        find: '    await deliverUndelivered(stores)\n    if (current !== undefined) await replay(current, stores)\n',
        replace: '    if (current !== undefined) await replay(current, stores)\n    await deliverUndelivered(stores)\n',
      },
    ],
    suites: ['outbox', 'before use'],
  },
  {
    name: 'a catch-up is pending from the end of the old connection',
    without: 'a read just after reconnecting is served by a restored server',
    edits: [
      {
        file: connection,
        find: '        this.pending.requestCatchUp()\n',
        replace: '',
      },
    ],
    suites: ['outbox', 'before use'],
  },
  {
    name: 'invalidations that another server acknowledged are replayed to a restored one',
    without: 'values invalidated since its last save are served',
    edits: [
      {
        file: outbox,
        find: '    if (current !== undefined) await replay(current, stores)\n',
        replace: '',
      },
    ],
    suites: ['outbox', 'before use'],
  },
  {
    name: "the relay leaves a writer's row alone for 1 s",
    without: 'it revokes the claims of running writes, so no write ever fills',
    edits: [{ file: table, find: 'writeId === undefined ? 0 : 1', replace: '0' }],
    suites: ['outbox', 'before use'],
  },
  {
    name: 'a row is marked once all stores have acknowledged it',
    without: 'a store that was unavailable serves values invalidated only in another',
    edits: [
      {
        file: `${core}/postgres/deliver.ts`,
        find: 'if (failed !== undefined) throw failed.reason',
        replace:
          "if (failed !== undefined && outcomes.every(({ status }) => status === 'rejected')) throw failed.reason",
      },
    ],
    suites: ['outbox'],
  },
  {
    name: "a writer's acknowledgement counts only for its own store",
    without: 'other stores serve the old value',
    edits: [{ file: outbox, find: 'if (attached.size !== 1) return', replace: 'if (attached.size === 0) return' }],
    suites: ['outbox'],
  },
  {
    name: "a writer's acknowledgement marks its row without the relay",
    without: 'where the relay runs in another process, it delivers every write again',
    edits: [{ file: `${core}/postgres/delivered-writes.ts`, find: '    this.#loop.start()\n', replace: '' }],
    suites: ['outbox'],
  },
  {
    name: 'pruning does not delay deliveries',
    without: 'with many old rows, changes are seen later than guaranteed',
    edits: [
      {
        file: outbox,
        find: 'while ((await table.prune(keepMs)) > 0) await deliverDue()',
        replace: 'while ((await table.prune(keepMs)) > 0);',
      },
    ],
    suites: ['outbox'],
  },
  {
    name: 'a delivery to one store does not count for two',
    without: 'a store attached late serves values invalidated earlier',
    edits: [{ file: attached, find: "runs.join(' ')", replace: "[...new Set(runs)].join(' ')" }],
    suites: ['outbox'],
  },
  {
    name: 'without attached stores nothing counts as delivered',
    without: 'the rows of an outbox with only closed stores are lost',
    edits: [
      {
        file: outbox,
        find: 'while (attached.size > 0 && (await table.hasDue()))',
        replace: 'while (await table.hasDue())',
      },
      {
        file: attached,
        find: "  if (stores.length === 0) throw new Error('no store is attached any longer')\n",
        replace: '',
      },
    ],
    suites: ['outbox'],
  },
]
