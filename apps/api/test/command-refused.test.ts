/** A store that refuses a command: a configuration error, which the API can't repair. */
import { bytesCodec, CacheError, type Codec, createCache, memoryStore, type Store } from 'cache-core'
import { pino } from 'pino'
import type { PostsRepository } from 'posts-db'
import { defaultTuning } from 'strategies'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createApp } from '../src/create-app.ts'
import { LiveEvents } from '../src/live/live-events.ts'
import { openApiDocument } from '../src/openapi/document.ts'
import { representationCodec } from '../src/posts/representation.ts'
import { alone, type Processes } from '../src/process/processes.ts'
import { namedStrategy } from '../src/strategies/named-strategy.ts'
import { StrategyInstance } from '../src/strategies/strategy-instance.ts'
import { StrategyInstances } from '../src/strategies/strategy-instances.ts'
import type { RuntimeTuning, StrategyProvider } from '../src/strategies/strategy-provider.ts'
import { observedStore } from '../src/telemetry/observed-store.ts'
import { openApiCheck } from './support/openapi-check.ts'

const documented = openApiCheck(openApiDocument())
const line =
  'Redis refuses SCAN to the user "app", which invalidating everything needs; allow it: ACL SETUSER app +scan'
const nothing = new Proxy({} as PostsRepository, { get: () => async () => undefined })

/** A named strategy over this store. */
function over(name: 'manual-invalidation' | 'write-through' | 'cache-aside', store: Store, library = 'cache-core') {
  const strategy: StrategyProvider = {
    ...namedStrategy(name, undefined, ''),
    library,
    open(counters) {
      const observed = observedStore(store, counters)
      const { read, write } = namedStrategy(name, undefined, '')
      const over = <T>(tuning: RuntimeTuning, codec: Codec<T>) =>
        createCache({ store: observed, read: read(tuning) as never, write: write() as never, codec })
      const cache = (tuning: RuntimeTuning) => over(tuning, representationCodec)
      const pages = (tuning: RuntimeTuning) => over(tuning, bytesCodec)
      return { cache, pages, store: observed, close: async () => {} }
    },
  }
  const tuning = { ...defaultTuning, originDelayMs: 0 }
  return new StrategyInstance({
    strategy,
    tuning,
    posts: nothing,
    schema: name,
    queueTarget: { apply: async () => ({ differing: [] }), highestStoredId: async () => '0-0' },
    knowsAllWrites: true,
    logger: pino({ level: 'silent' }),
  })
}

const refusal = () => Promise.reject(new CacheError('COMMAND_REFUSED', line))
const refusing = (): Store => ({
  ...memoryStore(),
  invalidateAll: refusal,
  health: () => ({ isUsable: true, reason: line }),
})

let lines: Record<string, unknown>[]
function apiOf(instances: readonly StrategyInstance[], processes: Processes = alone) {
  const logger = pino({ level: 'info' }, { write: (text: string) => void lines.push(JSON.parse(text)) })
  const parts = {
    database: async () => {},
    redis: async () => {},
    outbox: async () => ({ undelivered: 0, lagSeconds: 0 }),
  }
  const app = createApp({ instances: new StrategyInstances(instances, instances[0]!.name), logger, parts, processes })
  return (path: string, body?: unknown) => {
    const sent = { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }
    return app.request(path, body === undefined ? {} : sent, {
      incoming: { socket: { remoteAddress: '127.0.0.1' } } as never,
    })
  }
}
beforeEach(() => {
  lines = []
})

describe('POST /api/cache/invalidate', () => {
  it('answers 503 with the reason if a store refuses; the other strategies are invalidated', async () => {
    let done = 0
    const other = memoryStore()
    const counting: Store = {
      ...other,
      invalidateAll() {
        done++
        return other.invalidateAll()
      },
    }
    const instances = [
      over('manual-invalidation', refusing()),
      over('cache-aside', counting),
      over('write-through', refusing()),
    ]
    const answer = await apiOf(instances)('/api/cache/invalidate', { all: true })
    expect(answer.status).toBe(503)
    expect(answer.headers.get('Content-Type')).toBe('application/problem+json')
    expect(await documented('POST', '/api/cache/invalidate', answer.clone())).toEqual([])
    const detail = `not invalidated under manual-invalidation, write-through: ${line}`
    expect(await answer.json()).toMatchObject({ type: 'urn:problem:not-invalidated', detail })
    expect(done).toBe(1)
    expect(lines).toMatchObject([{ level: 40, msg: detail, status: 503 }])
  })

  it('answers 200 for a key: that command is not refused', async () => {
    const answer = await apiOf([over('manual-invalidation', refusing())])('/api/cache/invalidate', { keys: ['post:1'] })
    expect([answer.status, await answer.json()]).toMatchObject([200, { delivered: true }])
  })

  it('answers 200 with delivered: false if the store will deliver later', async () => {
    const pending: Store = { ...memoryStore(), invalidate: () => false, invalidateAll: () => false }
    const ask = apiOf([over('manual-invalidation', pending), over('cache-aside', memoryStore())])
    for (const what of [{ keys: ['post:1'] }, { tags: ['posts'] }, { all: true }]) {
      const answer = await ask('/api/cache/invalidate', what)
      expect([answer.status, await answer.json()]).toMatchObject([200, { delivered: false }])
      expect(lines.at(-1)).toMatchObject({ msg: 'invalidated', delivered: false })
    }
  })

  it('answers 503 if a library could not deliver and does not retry', async () => {
    const failing: Store = { ...memoryStore(), invalidate: () => false }
    const answer = await apiOf([over('cache-aside', failing, 'other')])('/api/cache/invalidate', { keys: ['post:1'] })
    expect([answer.status, await answer.json()]).toMatchObject([
      503,
      { detail: 'not invalidated under cache-aside: other could not deliver it, and does not retry' },
    ])
  })

  it('answers 500 for other failures', async () => {
    const broken: Store = { ...memoryStore(), invalidateAll: () => Promise.reject(new Error('a bug')) }
    const answer = await apiOf([over('cache-aside', broken)])('/api/cache/invalidate', { all: true })
    expect(answer.status).toBe(500)
  })
})

describe('POST /api/actions/:name', () => {
  /** Of the marks that were set: what was done, and to which strategies. */
  async function marksOf(act: () => Promise<void>) {
    const mark = vi.spyOn(LiveEvents.prototype, 'mark')
    await act()
    const marks = mark.mock.calls.map(([{ what, strategies }]) => [what, ...strategies])
    mark.mockRestore()
    return marks
  }
  const pending = (): Store => ({ ...memoryStore(), invalidate: () => false, invalidateAll: () => false })
  const broken = (): Store => ({ ...memoryStore(), invalidateAll: () => Promise.reject(new Error('a bug')) })

  it.each([
    ['flush', 'refuses it', refusing, 503, 'not-invalidated'],
    ['cold-start', 'refuses it', refusing, 503, 'not-invalidated'],
    ['flush', 'will do it later', pending, 503, 'not-confirmed'],
    ['expire-hottest', 'will do it later', pending, 503, 'not-confirmed'],
    ['cold-start', 'fails', broken, 500, 'internal'],
  ] as const)('%s marks what was done, if one store %s', async (name, _, failing, status, type) => {
    const instances = [over('manual-invalidation', failing()), over('cache-aside', memoryStore())]
    for (const { counters } of instances) counters.read('hit', 1)
    const marks = await marksOf(async () => {
      const answer = await apiOf(instances)(`/api/actions/${name}`, {})
      expect([answer.status, await answer.json()]).toMatchObject([status, { type: `urn:problem:${type}` }])
    })
    expect(marks).toEqual([[name, 'cache-aside']])
    expect(instances.map(({ counters }) => counters.counts.hits)).toEqual([1, name === 'cold-start' ? 0 : 1])
  })

  it('marks nothing if another process may still have it in memory', async () => {
    const silent = { ...alone, askOthers: async () => ({ answers: [], areAll: false }) }
    const marks = await marksOf(async () => {
      expect((await apiOf([over('cache-aside', memoryStore())], silent)('/api/actions/flush', {})).status).toBe(503)
    })
    expect(marks).toEqual([])
  })
})

describe('GET /readyz', () => {
  it('is degraded and lists each reason of a store once', async () => {
    const away: Store = { ...memoryStore(), health: () => ({ isUsable: false, reason: 'the store is unavailable' }) }
    const instances = [
      over('manual-invalidation', refusing()),
      over('cache-aside', away),
      over('write-through', refusing()),
    ]
    const answer = await apiOf(instances)('/readyz')
    expect(await documented('GET', '/readyz', answer.clone())).toEqual([])
    expect([answer.status, await answer.json()]).toMatchObject([
      200,
      {
        status: 'degraded',
        parts: {
          stores: [
            { reason: line, strategies: ['manual-invalidation', 'write-through'] },
            { reason: 'the store is unavailable', strategies: ['cache-aside'] },
          ],
        },
      },
    ])
  })

  it('is ready if no store has one', async () => {
    const answer = await apiOf([over('cache-aside', memoryStore())])('/readyz')
    expect(await answer.json()).toMatchObject({ status: 'ready', parts: { stores: [] } })
  })
})
