/** No load waits for itself, and none blocks other keys. */
import type { Mutation } from './mutation.ts'

const core = 'packages/cache-core/src'
const cachingReader = `${core}/caching-reader.ts`
const keyRead = `${core}/key-read.ts`
const loadQueue = `${core}/load-queue.ts`
const runningLoad = `${core}/running-load.ts`
const suites = ['unit'] as const

export const loads: readonly Mutation[] = [
  {
    name: 'a read looks for its key among the loads that wait for it',
    without: 'a load that reads its own key hangs, and so do later readers of the key',
    edits: [
      {
        file: runningLoad,
        find: 'if (load.store === store && load.key === key) throw',
        replace: 'if (load.store === undefined) throw',
      },
    ],
    suites,
  },
  {
    name: 'a read looks at the loads that wait for its load',
    without: 'two callers whose loads read each other’s key hang',
    edits: [
      {
        file: runningLoad,
        find: 'for (const waiter of load.waiters()) if (!found.has(waiter)) found.set(waiter, load)',
        replace: '',
      },
    ],
    suites,
  },
  {
    name: 'a cycle needs the same key on the same store',
    without: 'a load can’t read its key in a cache over another store',
    edits: [{ file: runningLoad, find: 'load.store === store && load.key === key', replace: 'load.key === key' }],
    suites,
  },
  {
    name: 'work that outlives its load is not part of it',
    without: 'detached work fails with a false cycle',
    edits: [{ file: runningLoad, find: 'return load?.isOver ? undefined : load', replace: 'return load' }],
    suites,
  },
  {
    name: 'a finished load waits for no key',
    without: 'the same',
    edits: [{ file: runningLoad, find: 'if (!load.isOver && !signal?.aborted)', replace: 'if (!signal?.aborted)' }],
    suites,
  },
  {
    name: 'an abandoned read waits for nothing',
    without: 'the same',
    edits: [{ file: runningLoad, find: 'if (!load.isOver && !signal?.aborted)', replace: 'if (!load.isOver)' }],
    suites,
  },
  {
    name: 'a cycle fails only the reader whose load it is',
    without: 'an uninvolved reader fails too',
    edits: [{ file: cachingReader, find: 'if (keyRead.isOwn || !isLoadCycle(failure)) throw', replace: 'throw' }],
    suites,
  },
  {
    name: 'a bypass load releases its slot after 1 s',
    without: '32 hanging loads block all other keys',
    edits: [{ file: loadQueue, find: 'this.#runtime.after(PLACE_MS, giveBack)', replace: '() => {}' }],
    suites,
  },
  {
    name: 'a slot is released only once',
    without: 'slow loads free more slots than exist',
    edits: [{ file: loadQueue, find: '      if (!isHeld) return\n', replace: '' }],
    suites,
  },
  {
    name: 'reads inside a bypass load do not queue again',
    without: 'all slots wait for each other, 1 s at a time',
    edits: [
      {
        file: cachingReader,
        find: '    if (currentLoad()?.hasPlace) return keyRead.load(manner)\n',
        replace: '',
      },
      {
        file: cachingReader,
        find: "    if (currentLoad()?.hasPlace) return (await keyRead.load({ isAlone: true })).as('bypass')\n",
        replace: '',
      },
    ],
    suites,
  },
  {
    name: 'a bypass load does not wait for a queued one',
    without: 'the same',
    edits: [
      {
        file: cachingReader,
        find: "    if (currentLoad()?.hasPlace) return (await keyRead.load({ isAlone: true })).as('bypass')\n",
        replace: '',
      },
    ],
    suites,
  },
  {
    name: 'a load that queued too long leaves the queue',
    without: 'a slot is lost',
    edits: [{ file: loadQueue, find: '      this.#queue.delete(resolve)\n      return', replace: '      return' }],
    suites,
  },
  {
    name: 'a timeout also limits the wait for the load of another reader',
    without: 'a reader hangs with a load that has no timeout',
    edits: [{ file: `${core}/single-flight.ts`, find: 'if (ended !== undefined) await ended', replace: '' }],
    suites,
  },
  {
    name: 'an error thrown by a load does not count as a failure of its store',
    without: 'a load that fails because another store is unavailable runs twice',
    edits: [
      {
        file: cachingReader,
        find: 'if (!(error instanceof StoreAway)) throw error',
        replace: 'if (!isUnavailable(error)) throw error',
      },
    ],
    suites,
  },
  {
    name: 'a readMany does not wait for another process’s load before its own',
    without: 'all its keys wait for the slowest load of any process',
    suites: ['many keys'],
    edits: [
      {
        file: keyRead,
        find: "      if (acquired.kind === 'held') {\n        this.waits()\n",
        replace: "      if (acquired.kind === 'held') {\n",
      },
    ],
  },
  {
    name: 'a readMany whose load reads one of its keys fails',
    without: 'it waits for itself forever',
    suites: ['many keys'],
    edits: [
      {
        file: `${core}/shared-load.ts`,
        find: 'if (leader !== mine) leader.isJoinedBy(mine)\n',
        replace: '\n',
      },
    ],
  },
  {
    name: 'an entry that grows too old while a readMany loads other keys is read again',
    without: 'a value is served beyond its TTL, by as long as the load of another key takes',
    suites: ['many keys'],
    edits: [
      {
        file: `${core}/many-reader.ts`,
        find: 'return ageMs < limitMs && ageMs + waitedMs >= limitMs',
        replace: 'return limitMs < 0',
      },
    ],
  },
]
