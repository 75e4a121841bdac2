/** What is owed to a store that is away: in this process, and in the outbox. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: source text, quoted
import type { Mutation } from './mutation.ts'

const core = 'packages/cache-core/src'
const resilient = `${core}/resilience/resilient-store.ts`
const pending = `${core}/resilience/pending-invalidations.ts`
const table = `${core}/postgres/outbox-table.ts`
const outbox = `${core}/postgres/outbox.ts`
const redisStore = `${core}/redis/redis-store.ts`
const connection = `${core}/redis/redis-connection.ts`
const suites = ['unit', 'by hand', 'resilience', 'outbox', 'before use'] as const

export const outages: readonly Mutation[] = [
  {
    name: 'owed invalidations are paid before the store is used again',
    without: 'after an outage a process serves what it failed to void',
    edits: [{ file: resilient, find: 'circuit.isClosed && pending.areFlushed', replace: 'circuit.isClosed' }],
    suites: ['before use'],
  },
  {
    name: 'an invalidation that failed is owed',
    without: 'the same',
    edits: [{ file: resilient, find: '        pending.add(keys, tags)\n', replace: '' }],
    suites: ['by hand'],
  },
  {
    name: 'what is being paid is not paid yet',
    without: 'the store is used while an invalidation is on its way',
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
    name: 'stores on the same entries share what is owed',
    without: 'one serves what another failed to void',
    edits: [
      {
        file: connection,
        find: 'this.#pending.get(prefix) ?? { pending: make(), users: 0 }',
        replace: '{ pending: make(), users: 0 }',
      },
    ],
    suites: ['by hand'],
  },
  {
    name: 'a claim without an answer fills nothing',
    without: 'a fill under no lease',
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
    without: 'what others wrote and could not void is served',
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
      { file: resilient, find: '  pending.whenEnded(circuit.onOpened(() => pending.requestCatchUp()))\n', replace: '' },
    ],
    suites: ['before use'],
  },
  {
    name: 'a process catches up on a new connection',
    without: 'a Redis that was restored serves what was voided since',
    // Either would do: the end of the old connection and the beginning of the new one both ask for it.
    edits: [
      { file: connection, find: '          pending.requestCatchUp()\n', replace: '' },
      {
        file: connection,
        find: '        for (const { pending } of this.#pending.values()) pending.requestCatchUp()\n',
        replace: '',
      },
    ],
    suites: ['before use'],
  },
  {
    name: 'the outbox skips locked rows, not those before a cursor',
    without: 'rows that commit out of the order of their ids are never delivered',
    needsPostgres: true,
    edits: [
      { file: table, find: 'export class OutboxTable {\n', replace: 'export class OutboxTable {\n  #cursor = 0\n' },
      {
        file: table,
        find: 'const due = `where ${UNDELIVERED} and ${DUE} order by due_at',
        replace: 'const due = `where id > ${this.#cursor} and ${UNDELIVERED} and ${DUE} order by due_at',
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
    without: 'what the store never got counts as delivered',
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
    name: 'an invalidation without an acknowledgement is no delivery',
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
    name: 'a writer marks its row once all it voids was acknowledged',
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
    without: 'a process uses the cache before what a slow relay holds was voided',
    needsPostgres: true,
    edits: [
      {
        file: table,
        find: '    return this.#batch(this.#pool, `where ${UNDELIVERED}`)',
        replace: '    return this.#batch(this.#pool, `where ${UNDELIVERED} for update skip locked`)',
      },
    ],
    suites: ['outbox', 'before use'],
  },
  {
    name: 'catching up takes rows that are not due',
    without: 'the writes of the last second are not voided',
    edits: [
      {
        file: table,
        find: '    return this.#batch(this.#pool, `where ${UNDELIVERED}`)',
        replace: '    return this.#batch(this.#pool, `where ${UNDELIVERED} and ${DUE}`)',
      },
    ],
    suites: ['outbox', 'before use'],
  },
  {
    name: 'catching up asks for what is undelivered before it replays',
    without: 'a row that is marked between the two, as delivered to the server before, is in neither',
    edits: [
      {
        file: outbox,
        find: '    await deliverNow(await table.undelivered(), stores)\n    if (current !== undefined) await replay(current, stores)\n',
        replace:
          '    if (current !== undefined) await replay(current, stores)\n    await deliverNow(await table.undelivered(), stores)\n',
      },
    ],
    suites: ['outbox', 'before use'],
  },
  {
    name: 'a catch-up is owed from the end of the old connection on',
    without: 'a read of the turn in which the new one is ready is served from a server that was restored',
    edits: [
      {
        file: connection,
        find: '        for (const { pending } of this.#pending.values()) pending.requestCatchUp()\n',
        replace: '',
      },
    ],
    suites: ['outbox', 'before use'],
  },
  {
    name: 'a restored server is given again what another acknowledged',
    without: 'what was voided since its last save is served',
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
    name: "the relay leaves a writer's row alone for a second",
    without: 'it voids the claims of writes under way: nothing is ever kept on a write',
    edits: [{ file: table, find: 'writeId === undefined ? 0 : 1', replace: '0' }],
    suites: ['outbox', 'before use'],
  },
  {
    name: 'a row is marked once all stores have acknowledged it',
    without: 'one that was away serves what another was told',
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
    name: "a writer's word is taken for its own store alone",
    without: 'other stores serve what it changed',
    edits: [{ file: outbox, find: 'if (attached.size !== 1) return', replace: 'if (attached.size === 0) return' }],
    suites: ['outbox'],
  },
  {
    name: 'what was delivered to one store was not delivered to two',
    without: 'a store that is attached late serves what was invalidated before',
    edits: [{ file: outbox, find: "runs.join(' ')", replace: "[...new Set(runs)].join(' ')" }],
    suites: ['outbox'],
  },
  {
    name: 'what is delivered to nobody is not delivered',
    without: 'the rows of an outbox whose stores have closed are lost',
    edits: [
      {
        file: outbox,
        find: 'while (attached.size > 0 && (await table.hasDue()))',
        replace: 'while (await table.hasDue())',
      },
      {
        file: outbox,
        find: "    if (stores.length === 0) throw new Error('no store is attached any more')\n",
        replace: '',
      },
    ],
    suites: ['outbox'],
  },
]
