/** The protocol's commands, on a client where each command is two steps of the schedule. */
import { Entry } from '../src/entry.ts'
import type {
  Arg,
  ConnectionListeners,
  MessageConnection,
  MessageListener,
  RedisClient,
} from '../src/redis/redis-client.ts'
import type { Line } from './call.ts'
import { type GuardOperation, operationsOf } from './guard-operations.ts'
import type { Scheduler } from './scheduler.ts'
import { type Agent, read, type Touched, written } from './step.ts'

/** The server behind one process's connection: synchronous if emulated, asynchronous if real. */
export interface Commands {
  get(key: string): Buffer | null | Promise<Buffer | null>
  mget(keys: readonly string[]): readonly (Buffer | null)[] | Promise<readonly (Buffer | null)[]>
  set(key: string, value: Buffer, ms: number): unknown
  setIfAbsent(key: string, value: Buffer, ms: number): Buffer | null | Promise<Buffer | null>
  unlink(...keys: string[]): number | Promise<number>
  time(): readonly (string | number)[] | Promise<readonly (string | number)[]>
  evalsha(sha: string, keys: readonly string[], args: readonly Arg[]): unknown
  keysUnder(prefix: string): string[] | Promise<string[]>
  /** Calls `listener` with each message, until the returned function is called. Absent: the server sends none. */
  subscribe?(channel: string, listener: (message: string) => void): () => void
  /** Calls `listener` with each changed key under these prefixes, until the returned function is called. */
  track?(prefixes: readonly string[], listener: (key: string) => void): () => void
}

/** A client's connection as the schedule's adversary sees it. */
export interface Connection {
  line: Line
  /** While set, commands fail immediately. */
  isCut: boolean
  /** Called when it is back. */
  readonly listeners: Set<ConnectionListeners>
  /** The process's other connections, on which messages arrive. */
  readonly messages: Set<MessageLine>
  /** Of those, the connection that tells of changes. */
  feed?: MessageLine | undefined
  /** How many there have been. */
  feeds: number
  /** The agent of what arrives unasked. */
  readonly itself: Agent
}

/** A connection for messages. */
export interface MessageLine extends Line {
  readonly listener: Pick<MessageListener, 'onEnd'>
  readonly unsubscribe: (() => void)[]
}

export function scheduledClient(scheduler: Scheduler, connection: Connection, server: Commands): RedisClient {
  function step<T>(
    what: string,
    touches: readonly Touched[],
    execute: () => T | Promise<T>,
    trace?: (answer: T) => string,
    hasWritten: (answer: T) => boolean = () => true,
  ): Promise<T> {
    if (connection.isCut) return Promise.reject(new Error('Connection is closed.'))
    return scheduler.call<T>({ what, touches, execute, hasWritten, line: connection.line, ...(trace && { trace }) })
  }

  return {
    get: (key) => step(`get ${nameOf(key)}`, read(nameOf(key)), () => server.get(key), traceLookup(nameOf(key))),
    mget(keys) {
      const names = keys.map(nameOf)
      return step(
        `get ${names.join(', ')}`,
        read(...names),
        () => server.mget(keys),
        (values) => values.map((bytes, i) => traceLookup(names[i]!)(bytes)).join(', '),
      )
    },
    set: (key, value, ms) =>
      step(`new epoch for ${nameOf(key)}`, written(nameOf(key)), () => server.set(key, value, ms)),
    setIfAbsent: (key, value, ms) =>
      step(
        `epoch of ${nameOf(key)}`,
        written(nameOf(key)),
        () => server.setIfAbsent(key, value, ms),
        traceEpoch,
        (found) => found === null,
      ),
    unlink(...keys) {
      const names = [...new Set(keys.map(nameOf))]
      return step(`invalidate ${names.join(', ')}`, written(...names), () => server.unlink(...keys))
    },
    time: () => step('compare clocks', [], () => server.time()),
    ping: () => step('ping', [], () => 'PONG'),
    evalsha(sha, keys, args) {
      const operations = operationsOf(keys, args)
      const answersOf = (answer: unknown) => (answer as unknown[]).slice(1)
      return step(
        operations.map(describeOperation).join(', '),
        written(...new Set(operations.map(({ entry }) => nameOf(entry)))),
        () => server.evalsha(sha, keys, args),
        (answer) =>
          answersOf(answer)
            .map((each, i) => traceAnswer(operations[i]!, each))
            .join(', '),
        (answer) => answersOf(answer).some((each, i) => changesKey(operations[i]!, each)),
      )
    },
    eval: () => Promise.reject(new Error('the emulated server knows all scripts')),
    info: async () => [],
    async *scan(pattern) {
      const prefix = pattern.slice(0, -1).replace(/\\(.)/g, '$1')
      const keys = await step(
        `scan ${/l:$/.test(prefix) ? 'leases' : 'entries'}`,
        read('*'),
        () => server.keysUnder(prefix),
        (found) => found.map(nameOf).join(', ') || 'none',
      )
      // One command at a time, since a real batch may be cut off anywhere.
      for (const key of keys) yield [key]
    },
    isReady: () => !connection.isCut,
    isCluster: !connection.line.inOrder,
    database: 0,
    select: () => Promise.reject(new Error('the emulated server has one database')),
    bytesRead: () => undefined,
    renew: () => false,
    subscribe(listeners) {
      connection.listeners.add(listeners)
      return () => connection.listeners.delete(listeners)
    },
    isRefusal: () => false,
    ...(server.subscribe && { listen: async (listener) => messageConnection(scheduler, connection, server, listener) }),
  }
}

/** Its subscriptions and messages are steps of the schedule too, and can be lost. */
function messageConnection(
  scheduler: Scheduler,
  connection: Connection,
  server: Commands,
  listener: MessageListener,
): MessageConnection {
  const { process, inOrder } = connection.line
  const line: MessageLine = { process, inOrder, listener, unsubscribe: [] }
  connection.messages.add(line)
  listener.signal.addEventListener('abort', () => endMessages(scheduler, connection, line))
  const step = <T>(what: string, touches: readonly Touched[], execute: () => T, isMessage = false) => {
    if (!connection.messages.has(line)) return Promise.reject(new Error('Connection is closed.'))
    return scheduler.call<T>({ what, touches, execute, line, isMessage })
  }
  const arrives = (channel: string, message: string) => {
    const key = nameOf(message)
    const arrival = () => step(`message about ${key}`, read(key), () => {}, true)
    scheduler.as(connection.itself, arrival).then(
      () => listener.onMessage(channel, message),
      () => {},
    )
  }
  return {
    subscribe: (channel) =>
      step('subscribe', read('*'), () => {
        line.unsubscribe.push(server.subscribe!(channel, (message) => arrives(channel, message)))
      }),
    ping: () => step('ping for messages', [], () => 'PONG'),
  }
}

export function endMessages(scheduler: Scheduler, connection: Connection, line: MessageLine): void {
  if (!connection.messages.delete(line)) return
  for (const call of [...scheduler.pending]) {
    if (call.line !== line) continue
    call.lose(new Error('Connection is closed.'))
    call.drop()
  }
  for (const unsubscribe of line.unsubscribe) unsubscribe()
  line.listener.onEnd()
}

/** `row`, for the key of its entry, of its lease or of its epoch. */
export function nameOf(key: string): string {
  const name = /(?:([elw]):\{(.*)\}|t:(.*))$/.exec(key)
  return name === null ? key : (name[2] ?? name[3]!)
}

/** The version in an entry of a world's row. */
export function traceEntry(bytes: Buffer, key: string): string {
  const entry = Entry.decode(bytes, key)
  return entry === undefined || entry.isAbsent ? 'an entry' : traceValue(Number(entry.payload.toString('utf8', 1)))
}

/** A value is its row's version × SOURCES + the number of the load that read it. */
export const SOURCES = 1_000
export function traceValue(value: number): string {
  return `v${Math.floor(value / SOURCES)}`
}

/** An entry's version, or an epoch. */
export function traceBytes(bytes: Buffer, key: string): string {
  return Entry.decode(bytes, key) === undefined ? `epoch ${bytes.toString('hex')}` : traceEntry(bytes, key)
}

function traceLookup(key: string): (bytes: Buffer | null) => string {
  return (bytes) => (bytes === null ? 'nothing' : traceBytes(bytes, key))
}

function traceEpoch(found: Buffer | null): string {
  return found === null ? 'created' : traceBytes(found, '')
}

function describeOperation({ name, entry, args }: GuardOperation): string {
  const key = nameOf(entry)
  return name === 'fill' ? `fill ${key} with ${traceEntry(args[1] as Buffer, key)}` : `${name} ${key}`
}

function traceAnswer({ name, entry }: GuardOperation, answer: unknown): string {
  switch (name) {
    case 'acquire':
      return tellAcquired(answer, nameOf(entry))
    case 'claim':
      return 'claimed'
    case 'fill':
      return isDone(answer) ? 'kept' : 'refused'
    case 'renew':
      return isDone(answer) ? 'renewed' : 'lost'
    case 'release':
      return isDone(answer) ? 'released' : 'lost'
  }
}

/** Whether an operation has done what it should: it answers 1, or an array that begins with 1. */
export function isDone(answer: unknown): boolean {
  return (Array.isArray(answer) ? answer[0] : answer) === 1
}

/** An operation that grants nothing, keeps nothing, and sets no mark, only reads. */
function changesKey({ name, args }: GuardOperation, answer: unknown): boolean {
  if (name === 'acquire') return !Array.isArray(answer) || (String(answer[0]) === 'held' && args[3] === 1)
  return name === 'claim' || Array.isArray(answer) || answer === 1
}

function tellAcquired(answer: unknown, key: string): string {
  if (!Array.isArray(answer)) return 'granted'
  const [kind, entry] = answer as Buffer[]
  return kind!.toString() === 'entry' ? traceEntry(entry!, key) : kind!.toString()
}
