/** What the calls beside plain reads rest on, and refreshes behind an answer. */
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
    without: 'others wait for its end',
    edits: [
      {
        file: keyRead,
        find: 'if (run.isSkipped) await this.#release(token)',
        replace: 'if (run.isSkipped);',
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
    edits: [{ file: loadRun, find: '{ min: 1, max: maxTtlMs }', replace: '{ min: 1 }' }],
  },
  {
    name: 'a load that takes too long is given up',
    without: 'a load that hangs keeps its key from all readers',
    edits: [{ file: loadRun, find: 'within(loading(), loadTimeoutMs, runtime, tooLate)', replace: 'loading()' }],
  },
  {
    name: 'a value that is set, and not kept, is invalidated',
    without: 'its claim keeps readers waiting, and the value before it stays',
    edits: [{ file: writer, find: '      if (!isKept) await this.invalidate([key], [])\n', replace: '' }],
  },
  {
    name: 'the version of values is in the check of an entry',
    without: 'a release reads the values of the one before as its own',
    edits: [{ file: entry, find: "  if (version !== '') {", replace: "  if (version === '-') {" }],
  },
  {
    name: 'a caller that aborts ends its own wait only',
    without: 'others that share the load fail with it',
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
    name: 'a process refreshes a key once at a time',
    without: 'each reader of an entry that has expired begins a refresh',
    edits: [{ file: singleFlight, find: 'return this.#running.has(key) ? undefined : this', replace: 'return this' }],
  },
  {
    name: 'close waits for what is under way',
    without: 'a process ends in the middle of a refresh, and its lease is waited for',
    edits: [
      {
        file: cachingReader,
        find: '    await flights.settled()\n',
        replace: '',
      },
    ],
  },
]
