import type { Circuit, CommandOptions } from '../resilience/circuit.ts'
import type { Arg, RedisClient } from './redis-client.ts'
import type { Refusals } from './refusals.ts'

/** A connection slower than this, in bytes per millisecond, is too slow for large entries: 16 Mbit/s. */
const SLOWEST_UPLOAD = 2_000
const LARGE_BYTES = 16 * 1024

/**
 * The client behind a circuit: each command has its own deadline and counts separately. A refusal is thrown as it is, and
 * remembered until the server accepts the same command.
 */
export function watchedClient(client: RedisClient, circuit: Circuit, refusals: Refusals): RedisClient {
  const isInOrder = !client.isCluster

  function run<T>(command: CommandOptions, send: () => Promise<T>): Promise<T> {
    const answer = circuit.run(send, command)
    if (!refusals.areNone) {
      answer.then(
        () => refusals.accepted(command.name!),
        () => {},
      )
    }
    return answer
  }

  /** A script's arguments may include an entry. While a large one is sent, no answers arrive. */
  function script(name: string, args: readonly Arg[]): CommandOptions {
    let bytes = 0
    for (const arg of args) if (typeof arg === 'object') bytes += arg.length
    return bytes < LARGE_BYTES ? { name, isInOrder } : { name, isInOrder, transferMs: bytes / SLOWEST_UPLOAD }
  }

  const named = (name: string): CommandOptions => ({ name, isInOrder })
  const GET = named('GET')
  const MGET = named('MGET')
  const SET = named('SET')
  const UNLINK = named('UNLINK')
  const TIME = named('TIME')
  const PING = named('PING')
  const INFO = named('INFO')
  const SCAN = named('SCAN')

  return {
    ...client,
    get: (key) => run(GET, () => client.get(key)),
    mget: (keys) => run(MGET, () => client.mget(keys)),
    set: (key, value, ttlMs) => run(SET, () => client.set(key, value, ttlMs)),
    setIfAbsent: (key, value, ttlMs) => run(SET, () => client.setIfAbsent(key, value, ttlMs)),
    unlink: (...keys) => run(UNLINK, () => client.unlink(...keys)),
    time: () => run(TIME, () => client.time()),
    ping: () => run(PING, () => client.ping()),
    evalsha: (sha, keys, args) => run(script('EVALSHA', args), () => client.evalsha(sha, keys, args)),
    eval: (lua, keys, args) => run(script('EVAL', args), () => client.eval(lua, keys, args)),
    info: (...sections) => run(INFO, () => client.info(...sections)),
    async *scan(pattern) {
      const steps = client.scan(pattern)[Symbol.asyncIterator]()
      for (;;) {
        const { done, value } = await run(SCAN, () => steps.next())
        if (done) return
        yield value
      }
    },
  }
}
