import { beforeEach, describe, expect, it } from 'vitest'
import { type FakeRuntime, fakeRuntime, settled } from '../testing/fake-runtime.ts'
import { ClientTracking, SERVED_AFTER_PING_MS } from './client-tracking.ts'
import type { ConnectionListeners, TrackingConnection, TrackingListener } from './redis-client.ts'
import { Refusals } from './refusals.ts'

class FakeConnection implements TrackingConnection {
  answer = async (): Promise<unknown> => 'PONG'
  pings = 0
  readonly listener: TrackingListener
  constructor(listener: TrackingListener) {
    this.listener = listener
  }
  ping(): Promise<unknown> {
    this.pings++
    return this.answer()
  }
  get isClosed(): boolean {
    return this.listener.signal.aborted
  }
}

const never = new Promise<never>(() => {})
let runtime: FakeRuntime
let warnings: string[]
let connections: FakeConnection[]
let connecting: (connection: FakeConnection) => Promise<FakeConnection>
let isReady: boolean
let listeners: ConnectionListeners
let changes: (readonly string[] | undefined)[]
let hasSubscriber: boolean

beforeEach(() => {
  runtime = fakeRuntime()
  warnings = []
  connections = []
  connecting = async (connection) => connection
  isReady = true
  changes = []
  hasSubscriber = false
})

function track(canTrack = true): ClientTracking {
  return new ClientTracking(
    ['blog:e:', 'blog:t:'],
    { onChanged: (names) => changes.push(names), onUnknown: () => changes.push(undefined) },
    {
      client: {
        isReady: () => isReady,
        isRefusal: (error) => String(error).includes('NOPERM'),
        subscribe(given) {
          listeners = given
          hasSubscriber = true
          return () => {
            hasSubscriber = false
          }
        },
        ...(canTrack && {
          track(prefixes: readonly string[], listener: TrackingListener) {
            expect(prefixes).toEqual(['blog:e:', 'blog:t:'])
            const connection = new FakeConnection(listener)
            connections.push(connection)
            return connecting(connection)
          },
        }),
      },
      runtime,
      refusals: new Refusals(runtime.now, (line) => warnings.push(line)),
      warn: ({ code, message }) => warnings.push(`${code} ${message}`),
    },
  )
}

const isUsable = (tracking: ClientTracking) => runtime.now() < tracking.usableUntil

async function tracked(): Promise<{ tracking: ClientTracking; connection: FakeConnection }> {
  const tracking = track()
  await settled()
  expect(isUsable(tracking)).toBe(true)
  return { tracking, connection: connections.at(-1)! }
}

describe('a new connection', () => {
  it('is used only once it is open and a PING over it has been answered', async () => {
    const opening = Promise.withResolvers<void>()
    const pong = Promise.withResolvers<void>()
    connecting = async (connection) => {
      connection.answer = () => pong.promise
      await opening.promise
      return connection
    }
    const tracking = track()
    await settled()
    expect(isUsable(tracking)).toBe(false)
    opening.resolve()
    await settled()
    expect([isUsable(tracking), connections[0]!.pings]).toEqual([false, 1])
    pong.resolve()
    await settled()
    expect([isUsable(tracking), tracking.trouble]).toEqual([true, undefined])
  })

  it('begins with "any key may have changed"', async () => {
    const opening = Promise.withResolvers<void>()
    connecting = async (connection) => {
      await opening.promise
      return connection
    }
    const tracking = track()
    await settled()
    expect(changes).toEqual([])
    opening.resolve()
    await settled()
    expect(changes).toEqual([undefined])
    expect(isUsable(tracking)).toBe(true)
  })

  it('is opened only once the client is connected', async () => {
    isReady = false
    const tracking = track()
    await runtime.advance(5_000)
    expect(connections).toHaveLength(0)
    isReady = true
    listeners.onReady()
    await settled()
    expect(isUsable(tracking)).toBe(true)
  })

  it('is closed when it is given up, before another is opened', async () => {
    const opening = Promise.withResolvers<void>()
    connecting = async (connection) => {
      if (connections.length === 1) await opening.promise
      return connection
    }
    const tracking = track()
    await runtime.advance(2_000)
    expect(connections.map(({ isClosed }) => isClosed)).toEqual([true])
    await runtime.advance(50)
    expect([connections.length, isUsable(tracking)]).toEqual([2, true])
    opening.resolve() // late
    await settled()
    expect(connections.map(({ isClosed }) => isClosed)).toEqual([true, false])
    expect([connections.length, isUsable(tracking)]).toEqual([2, true])
  })
})

describe('changes', () => {
  it('are passed on: names, or all', async () => {
    const { connection } = await tracked()
    changes = []
    connection.listener.onChanged(['blog:e:{a}', 'blog:t:b'])
    connection.listener.onChanged(undefined)
    expect(changes).toEqual([['blog:e:{a}', 'blog:t:b'], undefined])
  })
})

describe('the end of the connection', () => {
  it('makes it unusable at once, says that any key may have changed, and opens another', async () => {
    const { tracking, connection } = await tracked()
    changes = []
    connection.listener.onEnd()
    expect([isUsable(tracking), changes]).toEqual([false, [undefined]])
    expect(tracking.trouble).toMatch(/^every read asks Redis.*has ended$/)
    await runtime.advance(50)
    expect([isUsable(tracking), changes.length, connections.length]).toEqual([true, 2, 2])
    connection.listener.onEnd() // again, and late
    connection.listener.onChanged(['blog:e:{late}'])
    expect([isUsable(tracking), changes.length]).toEqual([true, 2])
  })

  it('is followed by attempts at longer and longer intervals, and is reported once', async () => {
    const { tracking, connection } = await tracked()
    connecting = () => Promise.reject(new Error('ECONNREFUSED'))
    connection.listener.onEnd()
    const counts: number[] = []
    for (const ms of [49, 1, 99, 1, 199, 1, 399, 1, 799, 1, 999, 1, 999, 1]) {
      await runtime.advance(ms)
      counts.push(connections.length - 1)
    }
    expect(counts).toEqual([0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7])
    expect(warnings).toEqual([expect.stringMatching(/^NOT_TRACKED .*memory.*: ECONNREFUSED$/)])
    connecting = async (connection) => connection
    await runtime.advance(1_000)
    expect([isUsable(tracking), tracking.trouble]).toEqual([true, undefined])
  })

  it('is followed by one attempt, also if the attempt to open it fails with it', async () => {
    const opening = Promise.withResolvers<never>()
    connecting = (connection) => (connections.length === 1 ? opening.promise : Promise.resolve(connection))
    const tracking = track()
    await settled()
    connections[0]!.listener.onEnd()
    opening.reject(new Error('Connection is closed.'))
    await settled()
    await runtime.advance(50)
    expect([isUsable(tracking), connections.length]).toEqual([true, 2])
    await runtime.advance(10_000)
    expect(connections).toHaveLength(2)
  })

  it('is expected if the client’s own connection ends: nothing is tried until that is back', async () => {
    const { tracking, connection } = await tracked()
    isReady = false
    listeners.onClose()
    expect([isUsable(tracking), connection.isClosed]).toEqual([false, true])
    await runtime.advance(10_000)
    expect(connections).toHaveLength(1)
    isReady = true
    listeners.onReady()
    await settled()
    expect([isUsable(tracking), connections.length, warnings]).toEqual([true, 2, []])
  })

  it('comes with a new connection of the client: it may lead to another server', async () => {
    const { tracking, connection } = await tracked()
    listeners.onReady()
    expect([isUsable(tracking), connection.isClosed]).toEqual([false, true])
    await settled()
    expect([isUsable(tracking), connections.length]).toEqual([true, 2])
  })
})

describe('the watchdog', () => {
  it('counts from when the last answered PING was sent, not from its answer', async () => {
    const { tracking, connection } = await tracked()
    const pong = Promise.withResolvers<void>()
    connection.answer = () => pong.promise
    await runtime.advance(250)
    await runtime.advance(700) // 950 ms after the first PING
    expect(isUsable(tracking)).toBe(true)
    pong.resolve()
    connection.answer = () => never
    await settled()
    expect(tracking.usableUntil).toBe(250 + SERVED_AFTER_PING_MS)
  })

  it('ends a connection on which a PING is not answered, and opens another', async () => {
    const { tracking, connection } = await tracked()
    connection.answer = () => never
    await runtime.advance(SERVED_AFTER_PING_MS - 1)
    expect(isUsable(tracking)).toBe(true)
    await runtime.advance(1)
    expect(isUsable(tracking)).toBe(false)
    expect(connection.pings).toBe(2)
    changes = []
    await runtime.advance(250)
    expect([connection.isClosed, changes]).toEqual([true, [undefined]])
    await runtime.advance(50)
    expect([isUsable(tracking), connections.length]).toEqual([true, 2])
  })

  it('ends a connection that no longer covers all masters', async () => {
    const { tracking, connection } = await tracked()
    connection.answer = () => Promise.reject(new Error('the masters of the Cluster have changed'))
    await runtime.advance(250)
    expect(connection.isClosed).toBe(true)
    await runtime.advance(50)
    expect([isUsable(tracking), connections.length]).toEqual([true, 2])
  })
})

it('reports a refusal once, with the remedy, and tries again after a minute', async () => {
  connecting = () =>
    Promise.reject(new Error("NOPERM this user has no permissions to run the 'client|tracking' command"))
  const tracking = track()
  await runtime.advance(59_999)
  expect(connections).toHaveLength(1)
  expect(warnings).toEqual([
    expect.stringMatching(/^Redis refuses CLIENT TRACKING: NOPERM.*ACL SETUSER … \+client\|id/),
  ])
  expect(tracking.trouble).toMatch(/NOPERM/)
  connecting = async (connection) => connection
  await runtime.advance(1)
  expect(isUsable(tracking)).toBe(true)
})

it('reports a client that can not open such a connection', () => {
  const tracking = track(false)
  expect(warnings).toEqual([expect.stringMatching(/^NOT_TRACKED .*this client/)])
  expect(tracking.trouble).toMatch(/^every read asks Redis/)
})

it('ends for good', async () => {
  const { tracking, connection } = await tracked()
  tracking.end()
  expect([isUsable(tracking), connection.isClosed, hasSubscriber, tracking.trouble]).toEqual([
    false,
    true,
    false,
    undefined,
  ])
  await runtime.advance(10_000)
  expect(connections).toHaveLength(1)
})
