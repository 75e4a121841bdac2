/** Safeguards of calls other than plain reads, and of background refreshes. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: source text, quoted
import type { Mutation } from './mutation.ts'

const core = 'packages/cache-core/src'
const cachingReader = `${core}/caching-reader.ts`
const createCache = `${core}/create-cache.ts`
const entry = `${core}/entry.ts`
const keyRead = `${core}/key-read.ts`
const loadRun = `${core}/load-run.ts`
const singleFlight = `${core}/single-flight.ts`
const writer = `${core}/writer.ts`

export const calls: readonly Mutation[] = [
  {
    name: 'a load that keeps nothing releases its lease',
    without: 'other readers wait until the lease ends',
    edits: [
      {
        file: keyRead,
        find: 'if (made === undefined) await this.#release(token)',
        replace: 'if (made === undefined);',
      },
    ],
  },
  {
    name: 'a load chooses only among tags whose epochs were read before it',
    without: 'an entry outlives the invalidation of its tag',
    edits: [
      { file: loadRun, find: '      if (known.includes(tag)) continue\n', replace: '      if (known) continue\n' },
    ],
  },
  {
    name: 'a load that chooses tags keeps their epochs',
    without: 'the same',
    edits: [
      {
        file: loadRun,
        find: '(carried.includes(this.#request.tags[i]!) ? epoch : NOT_CARRIED)',
        replace: '(carried.includes(this.#request.tags[i]!) ? NOT_CARRIED : epoch)',
      },
    ],
  },
  {
    name: "the TTL of one value is at most the strategy's",
    without: 'a value is served for longer than the cache guarantees',
    edits: [{ file: loadRun, find: '{ min: 1, max: maxTtlMs }', replace: '{ min: 1, max: Number.MAX_SAFE_INTEGER }' }],
  },
  {
    name: 'a load that takes too long is abandoned',
    without: 'a hanging load blocks its key for all readers',
    edits: [
      { file: loadRun, find: 'within(loading(), loadTimeoutMs - queuedMs, runtime, tooLate)', replace: 'loading()' },
    ],
  },
  {
    name: 'a value that is set but not stored is invalidated',
    without: 'its claim blocks readers, and the old value stays',
    edits: [{ file: writer, find: '      if (!isKept) await this.invalidate([key], [])\n', replace: '' }],
  },
  {
    name: 'the checksum of an entry covers the version of values',
    without: 'a release reads values of the previous release as its own',
    edits: [{ file: entry, find: "  if (version !== '') {", replace: "  if (version === '-') {" }],
  },
  {
    name: 'a caller that aborts ends only its own wait',
    without: 'other callers of the shared load fail too',
    edits: [
      {
        file: createCache,
        find: 'unlessAborted(options.signal, () => reader.read(key, load, options))',
        replace:
          'unlessAborted(options.signal, () =>\n          reader.read(key, (context) => unlessAborted(options.signal!, () => load(context)), options),\n        )',
      },
    ],
  },
  {
    name: 'a process runs one refresh of a key at a time',
    without: 'each reader of an expired entry starts a refresh',
    edits: [{ file: singleFlight, find: 'return this.#running.has(key) ? undefined : this', replace: 'return this' }],
  },
  {
    name: 'close waits for running refreshes',
    without: 'a process exits during a refresh, and other readers wait for its lease',
    edits: [
      {
        file: cachingReader,
        find: '    await flights.settled()\n',
        replace: '',
      },
    ],
  },
]
