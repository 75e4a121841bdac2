import { describe, expect, it } from 'vitest'
import { CacheError } from '../errors.ts'
import { TransferTooSlow } from '../resilience/deadlines.ts'
import { Lookups } from './lookups.ts'
import { SlowEntries } from './slow-entries.ts'

const LARGE = Buffer.alloc(64 * 1024)

/** Lookups over a server whose answers, and the end of the event loop's turn, are given by the test. */
function open({ isCluster = false } = {}) {
  const sent: string[] = []
  const kept = new Map<string, Buffer>()
  const turns: (() => void)[] = []
  let failure: unknown
  const answer = async <T>(command: string, value: () => T): Promise<T> => {
    sent.push(command)
    if (failure !== undefined) throw failure
    return value()
  }
  const slowKeys: string[] = []
  const lookups = new Lookups({
    client: {
      isCluster,
      get: (name) => answer(`GET ${name}`, () => kept.get(name) ?? null),
      mget: (names) => answer(`MGET ${names.join(' ')}`, () => names.map((name) => kept.get(name) ?? null)),
    },
    entryKey: (key) => `e:${key}`,
    tagKey: (tag) => `t:${tag}`,
    soon: (action) => turns.push(action),
    knowTime: () => undefined,
    slow: new SlowEntries(
      () => 0,
      (key) => slowKeys.push(key),
    ),
  })
  return {
    sent,
    kept,
    slowKeys,
    fail: (error: unknown) => {
      failure = error
    },
    endTurn() {
      for (const action of turns.splice(0)) action()
    },
    get: (key: string, ...tags: string[]) => lookups.get(key, tags),
  }
}

const tooSlow = () => new CacheError('STORE_UNAVAILABLE', 'no whole answer', { cause: new TransferTooSlow() })

describe('on a single server', () => {
  it('sends the lookups of one turn as one MGET, each name once', async () => {
    const { get, kept, sent, endTurn } = open()
    const [a, t, u] = ['a', 't', 'u'].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer]
    kept.set('e:a', a).set('t:t', t).set('t:u', u)
    const found = Promise.all([get('a', 't', 'u'), get('b'), get('a'), get('b', 'u', 'v')])
    expect(sent).toEqual([])
    endTurn()
    expect(await found).toEqual([
      { bytes: a, epochs: [t, u] },
      { bytes: undefined, epochs: [] },
      { bytes: a, epochs: [] },
      { bytes: undefined, epochs: [u, undefined] },
    ])
    expect(sent).toEqual(['MGET e:a t:t t:u e:b t:v'])
  })

  it('does not confuse a key with a tag of the same name', async () => {
    const { get, kept, endTurn } = open()
    kept.set('e:same', Buffer.from('entry')).set('t:same', Buffer.from('epoch'))
    const found = get('same', 'same')
    endTurn()
    expect(await found).toEqual({ bytes: Buffer.from('entry'), epochs: [Buffer.from('epoch')] })
  })

  it('never answers a lookup from an MGET that was sent before it', async () => {
    const { get, kept, sent, endTurn } = open()
    const before = get('a')
    endTurn()
    kept.set('e:a', Buffer.from('newer'))
    const after = get('a')
    endTurn()
    await before
    expect((await after).bytes).toEqual(Buffer.from('newer'))
    expect(sent).toEqual(['MGET e:a', 'MGET e:a'])
  })

  it('sends at most about 1,000 names with one MGET', async () => {
    const { get, sent, endTurn } = open()
    const found = Array.from({ length: 2_500 }, (_, i) => get(`${i}`))
    endTurn()
    await Promise.all(found)
    expect(sent.map((command) => command.split(' ').length - 1)).toEqual([1_000, 1_000, 500])
  })

  it('reads an entry of 64 KiB by its own GET next time, and again together once it is small', async () => {
    const { get, kept, sent, endTurn } = open()
    kept.set('e:large', LARGE)
    const readBoth = async () => {
      const both = Promise.all([get('large'), get('small')])
      endTurn()
      return both
    }
    await readBoth()
    await readBoth()
    kept.set('e:large', Buffer.from('now small'))
    await readBoth()
    sent.length = 0
    expect((await readBoth())[0].bytes).toEqual(Buffer.from('now small'))
    expect(sent).toEqual(['MGET e:large e:small'])
  })

  it('lets readers of a large entry that arrive during its GET share the next one', async () => {
    const { get, kept, sent, endTurn } = open()
    kept.set('e:large', LARGE)
    const first = get('large')
    endTurn()
    await first
    sent.length = 0
    await Promise.all([get('large'), get('large'), get('large')])
    expect(sent).toEqual(['GET e:large', 'GET e:large'])
  })

  it('finds the entry that is too large for the connection: each is read by its own GET after that', async () => {
    const { get, sent, slowKeys, fail, endTurn } = open()
    const both = Promise.allSettled([get('a'), get('b')])
    fail(tooSlow())
    endTurn()
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(slowKeys).toEqual([])
    await expect(get('a')).rejects.toThrow('no whole answer')
    expect(slowKeys).toEqual(['a'])
    fail(undefined)
    await get('b')
    expect(sent).toEqual(['MGET e:a e:b', 'GET e:a', 'GET e:b'])
  })

  it('fails all lookups of an MGET that fails, and none after it', async () => {
    const { get, fail, endTurn } = open()
    const both = Promise.allSettled([get('a'), get('b')])
    fail(new Error('gone'))
    endTurn()
    expect(await both).toMatchObject([{ reason: { message: 'gone' } }, { reason: { message: 'gone' } }])
    fail(undefined)
    const after = get('a')
    endTurn()
    expect((await after).bytes).toBeUndefined()
  })
})

it('in a Cluster, each entry and each tag has its own GET, the entry first', async () => {
  const { get, kept, sent } = open({ isCluster: true })
  kept.set('e:a', Buffer.from('a'))
  expect(await get('a', 't')).toEqual({ bytes: Buffer.from('a'), epochs: [undefined] })
  expect(sent).toEqual(['GET e:a', 'GET t:t'])
})
