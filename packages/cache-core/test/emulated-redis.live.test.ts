/** The explorer's emulated Redis answers any commands like a real one. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Commands, nameOf } from '../explorer/commands.ts'
import { EmulatedRedis } from '../explorer/emulated-redis.ts'
import { liveCommands } from '../explorer/live-redis-backend.ts'
import { encodeEntry, identityOf } from '../src/entry.ts'
import { adaptClient } from '../src/redis/adapt-client.ts'
import type { RedisClient } from '../src/redis/redis-client.ts'
import { GUARD, type OperationName } from '../src/redis/scripts.ts'
import { connectBy } from './backends.ts'
import { clientKinds, ioredis6 } from './clients.ts'

const KEYS = ['a', 'b']
const TOKENS = ['one', 'two', 'three']
/** Two servers are never asked at exactly the same moment, so expiries must fall between two steps. */
const STEP_MS = 40
const HOUR_MS = 3_600_000
/** One lease that has ended and was forgotten by the next step, and two that outlast the test. */
const LEASES = [2.5, HOUR_MS, HOUR_MS / 2 + 0.5]
const entries = ['v1', 'v2', 'v3'].map((text) =>
  encodeEntry({ key: 'a', payload: Buffer.from(text), loadedAt: 1, freshUntil: 2, loadMs: 3, epochs: [] }),
)
/** Foreign values: strings that are neither an entry nor a lease, or too short for either. */
const FOREIGN = ['', 'ab', 'somebody else’s', '9999999999999999one', 'x'.repeat(60)].map((text) => Buffer.from(text))

interface World {
  readonly commands: Commands
  readonly prefix: string
  /** By the server's own clock. */
  readonly now: () => Promise<number>
}

interface Command {
  readonly traced: string
  readonly ask: (world: World) => unknown
}

const key = fc.constantFrom(...KEYS)
const token = fc.constantFrom(...TOKENS)
const lease = fc.constantFrom(...LEASES)
const seen = fc.option(fc.constantFrom(...entries, ...FOREIGN).map(identityOf), { nil: undefined })
const foreign = fc.constantFrom(...FOREIGN)
const anyKey = fc.constantFrom(...KEYS.flatMap((name) => [`e:{${name}}`, `l:{${name}}`, `w:{${name}}`]), 't:x')

interface Operation {
  readonly name: OperationName
  readonly key: string
  readonly args: readonly (string | number | Buffer)[]
}

function operation(name: OperationName, key: string, ...args: (string | number | Buffer)[]): Operation {
  return { name, key, args }
}

/** Operations in one call of the script. */
function script(...operations: Operation[]): Command {
  return {
    traced: operations
      .map(
        ({ name, key, args }) =>
          `${name} ${key} ${args.map((arg) => (Buffer.isBuffer(arg) ? arg.toString('hex') : arg)).join(' ')}`,
      )
      .join(' + '),
    ask: ({ commands, prefix }) =>
      commands.evalsha(
        GUARD.sha,
        operations.flatMap(({ key }) => ['e', 'l', 'w'].map((kind) => `${prefix}${kind}:{${key}}`)),
        operations.flatMap(({ name, args: [a = '', b = '', c = '', d = ''] }) => [name, a, b, c, d]),
      ),
  }
}

/** @param endsInMs counted from when the command is sent; kept only if that is in the future. */
function fill(key: string, token: string, entry: Buffer, endsInMs: number): Command {
  return {
    traced: `fill ${key} ${token} for ${endsInMs} ms`,
    async ask(world) {
      return script(operation('fill', key, token, entry, Math.floor((await world.now()) + endsInMs))).ask(world)
    },
  }
}

function plain(traced: string, ask: (world: World) => unknown): Command {
  return { traced, ask }
}

const acquire = fc
  .tuple(key, token, lease, seen, fc.constantFrom(0, 1))
  .map(([k, t, ms, s, isTold]) => operation('acquire', k, t, ms, s ?? '', isTold))
const claim = fc.tuple(key, token, lease).map(([k, t, ms]) => operation('claim', k, t, ms))
const renew = fc.tuple(key, token, lease).map(([k, t, ms]) => operation('renew', k, t, ms))
const release = fc.tuple(key, token).map(([k, t]) => operation('release', k, t))

const command: fc.Arbitrary<Command> = fc.oneof(
  acquire.map((one) => script(one)),
  acquire.map((one) => script(one)),
  claim.map((one) => script(one)),
  renew.map((one) => script(one)),
  release.map((one) => script(one)),
  fc.array(fc.oneof(acquire, claim, renew, release), { minLength: 2, maxLength: 4 }).map((all) => script(...all)),
  fc.tuple(key, token, fc.constantFrom(...entries), fc.constantFrom(-5_000, HOUR_MS)).map((all) => fill(...all)),
  fc.tuple(key, token, fc.constantFrom(...entries), fc.constant(HOUR_MS)).map((all) => fill(...all)),
  anyKey.map((k) => plain(`get ${k}`, ({ commands, prefix }) => commands.get(prefix + k))),
  key.map((k) => plain(`drop ${k}`, (w) => w.commands.unlink(`${w.prefix}e:{${k}}`, `${w.prefix}l:{${k}}`))),
  anyKey.map((k) => plain(`unlink ${k}`, ({ commands, prefix }) => commands.unlink(prefix + k))),
  fc.tuple(anyKey, foreign).map(([k, b]) => plain(`set ${k} ${b}`, (w) => w.commands.set(w.prefix + k, b, HOUR_MS))),
  foreign.map((b) =>
    plain(`set t:x ${b} NX`, (w) => w.commands.setIfAbsent(`${w.prefix}t:x`, Buffer.from(b), HOUR_MS)),
  ),
  fc
    .constantFrom('l:', 'e:')
    .map((kind) =>
      plain(`keys ${kind}`, async (w) => (await w.commands.keysUnder(w.prefix + kind)).map(nameOf).sort()),
    ),
)

/** Normalizes answers: a lease's remaining time, and the time itself, differ by the network delay. */
function comparable(answer: unknown): unknown {
  if (isTime(answer)) return 'a time'
  if (isLease(answer)) return `a lease of ${String(answer).slice(16)}`
  if (!Array.isArray(answer)) return answer
  const [kind, detail] = answer as unknown[]
  if (String(kind) === 'held') return ['held', Math.round(Number(detail) / 60_000)]
  return answer.map(comparable)
}

/** A stored lease: its end differs as the time does. */
function isLease(answer: unknown): boolean {
  return Buffer.isBuffer(answer) && /^000\d{13}(one|two|three)$/.test(answer.toString())
}

function isTime(answer: unknown): boolean {
  return Buffer.isBuffer(answer) && /^\d{13}\.\d{3}$/.test(answer.toString())
}

let rooms = 0

/** If the machine's clock is set by more than this between two commands, a lease may have ended on one server only. */
const SET_BY_MS = 5
const ahead = () => Date.now() - performance.now()

/** Sends both servers the same commands, one after another. Starts again if the machine's clock is set meanwhile. */
async function compare(client: RedisClient, commands: readonly Command[], stepMs = STEP_MS): Promise<void> {
  const prefix = `emulated-${process.pid}-${rooms++}:`
  const liveNow = async () => {
    const [seconds, microseconds] = await client.time()
    return Number(seconds) * 1_000 + Number(microseconds) / 1_000
  }
  // Not a monotonic clock: a step of the machine's clock must reach both servers, since a lease ends by it.
  const offset = (await liveNow()) - Date.now()
  const now = () => Date.now() + offset
  const live: World = { commands: liveCommands(client), prefix, now: liveNow }
  const ours: World = { commands: new EmulatedRedis(now), prefix, now: async () => now() }
  const traced: string[] = []
  let before = ahead()
  for (const { traced: next, ask } of commands) {
    traced.push(next)
    const [real, emulated] = await Promise.all([ask(live), ask(ours)])
    if (Math.abs(ahead() - before) > SET_BY_MS) return compare(client, commands, stepMs)
    before = ahead()
    expect(comparable(emulated), traced.join('\n')).toEqual(comparable(real))
    await new Promise((resolve) => setTimeout(resolve, stepMs))
  }
}

it.each(clientKinds)(
  'gives the same answers as a real Redis by $name, for the same commands in the same order',
  async (kind) => {
    const client = adaptClient((await connectBy(kind)).client)
    let asked = 0
    // Many concurrently, since each mostly waits.
    const many = fc.array(fc.array(command, { minLength: 5, maxLength: 40 }), { minLength: 400, maxLength: 400 })
    const property = fc.asyncProperty(many, async (all) => {
      await Promise.all(all.map((commands) => compare(client, commands)))
      asked += all.flat().length
    })
    // The server is the same for all clients, so fewer runs are enough to check the other clients' decoding.
    await fc.assert(property, { numRuns: kind === ioredis6 ? 3 : 1, endOnFailure: true })
    console.log(`${asked} commands compared`)
  },
  60_000,
)

it('remembers a lease that has ended, like a real Redis', async () => {
  const client = adaptClient((await connectBy(ioredis6)).client)
  const take = script(operation('acquire', 'a', 'one', 400, '', 0))
  const fillIt = fill('a', 'one', entries[0]!, HOUR_MS)
  const sequences: Command[][] = [
    [take, fillIt, plain('get', ({ commands, prefix }) => commands.get(`${prefix}e:{a}`))],
    [take, script(operation('renew', 'a', 'one', 400)), fillIt],
    [take, script(operation('acquire', 'a', 'two', HOUR_MS, '', 0)), fillIt],
    [take, script(operation('release', 'a', 'one')), fillIt],
  ]
  // The lease ends between two steps, and is forgotten (after 3.2 s) long after the last one.
  await Promise.all(sequences.map((commands) => compare(client, commands, 450)))
})
