import { setTimeout as sleep } from 'node:timers/promises'
import type { ApiProcess } from 'local-servers'
import type { StrategyName } from 'strategies'
import type { Drill, TestSystem } from '../drill.ts'
import { listen } from '../log-lines.ts'
import { usedCommands } from '../redis-errors.ts'
import { readMetrics } from '../resources.ts'
import { readOnce } from '../steady-reads.ts'
import { untilHits } from '../until-hits.ts'
import { withoutPermissions } from '../without-permissions.ts'

type UseIt = (system: TestSystem) => Promise<unknown>

const byLoad: UseIt = async () => {}
const byNewScripts: UseIt = ({ redis }) => redis.admin.script('FLUSH')
const byNewConnections: UseIt = ({ redis }) => redis.admin.call('CLIENT', 'KILL', 'TYPE', 'normal')
const byNewMessages: UseIt = ({ redis }) => redis.admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
/** Long enough for five commands to fail, which opens the circuit: probes follow. */
const byOutage: UseIt = ({ redis }) => redis.admin.call('CLIENT', 'PAUSE', '600', 'ALL')
const byInvalidatingAll: UseIt = ({ apis, strategies }) =>
  Promise.all(apis.flatMap(({ url }) => strategies.map((strategy) => invalidateAll(url, strategy))))

/** The commands that an API process sends or that its scripts call, with a way to make it use each. */
const COMMANDS: Readonly<Record<string, UseIt>> = {
  set: byLoad,
  get: byLoad,
  mget: byLoad,
  time: byLoad,
  unlink: byLoad,
  pttl: byLoad,
  evalsha: byLoad,
  getrange: byLoad,
  del: byLoad,
  publish: byLoad,
  subscribe: byNewMessages,
  eval: byNewScripts,
  scan: byInvalidatingAll,
  info: byNewConnections,
  hello: byNewConnections,
  ping: byOutage,
}
/** Commands for counts of reads, which are flushed every 5 s, and for the worker's state in the metrics. */
const OF_COUNTS = ['zincrby', 'zremrangebyrank', 'zcard', 'pexpire', 'hgetall', 'llen'] as const
const FLUSHED_WITHIN_MS = 5_500
/** Of the queue of write-behind, which this drill's load does not use. `write-behind-acl.live.test.ts` denies them. */
const OF_THE_QUEUE = ['xlen', 'xrange', 'xrevrange', 'xinfo', 'xgroup', 'xpending', 'hget', 'hmget', 'exists']
/** The commands that this drill and its load need. */
const OF_THE_DRILL = ['acl', 'client', 'config', 'script', 'command']
const OPERATIONS = 60
/** Log lines in each process: for the command as sent, for what calls it, and for another one whose remedy names it too. */
const LINES = 3
/** On a busy machine a missed deadline may cause this many bypasses in a process. A refusal makes every later read a bypass. */
const BY_CHANCE = 2
const SETTLED_WITHIN_MS = 3_000

export const redisRefusesCommands: Drill = {
  name: 'redis-refuses-commands',
  fault: `ACL rules deny the API's user each command that it uses, one at a time: ${Object.keys(COMMANDS).join(', ')}`,
  holds:
    'no read fails; the cache works without the command, or each process logs the missing ACL rule; hits again once it is allowed',
  // A refused fill leaves its lease behind. A caller that waits for that lease may then have to wait for another one.
  answerWithinMs: 7_000,
  allows: { staleFrom: 'broken' },
  async inject(system) {
    const { redis, note, problem } = system
    const outcomes: string[] = []
    // From the start: one line names the rules for all commands of the scripts, and it is not repeated within a minute.
    const log = listen(system)
    for (const [command, use] of Object.entries(COMMANDS)) {
      outcomes.push(`${command}: ${await refuse(system, log, command, use)}`)
      await system.untilHits()
    }
    outcomes.push(`${OF_COUNTS.join(', ')}: ${await refuseCounts(system)}`)
    await system.untilHits()
    note(outcomes.join(', '))
    const known = [...Object.keys(COMMANDS), ...OF_COUNTS, ...OF_THE_QUEUE, ...OF_THE_DRILL]
    const others = (await usedCommands(redis.admin)).filter((name) => !known.includes(name))
    if (others.length > 0) problem(`used by the API, but not refused by this drill: ${others.join(', ')}`)
  },
}

/** @returns the outcome, in words */
async function refuse(
  system: TestSystem,
  log: ReturnType<typeof listen>,
  command: string,
  use: UseIt,
): Promise<string> {
  const { redis, apis, strategies, load } = system
  return withoutPermissions(redis.admin, `-${command}`, async () => {
    await use(system)
    // Hits show that the outage caused by this drill is over. If there are none, the refusal is the cause.
    if (use === byNewConnections || use === byOutage)
      await untilHits(apis, strategies, SETTLED_WITHIN_MS).catch(() => {})
    const before = await Promise.all(apis.map(({ url }) => bypasses(url)))
    await load.more(OPERATIONS)
    const works = async ({ url }: ApiProcess, api: number) =>
      (await bypasses(url)) - before[api]! <= BY_CHANCE && (await keeps(url, strategies))
    const working = await Promise.all(apis.map(works))
    const concerned = [...apis.keys()].filter(
      (api) => !working[api] || log.said(api, 'COMMAND_REFUSED', [`+${command}`]) > 0,
    )
    await log.expectLogged('COMMAND_REFUSED', { words: [`+${command}`], of: concerned, atMost: LINES })
    return concerned.length === 0 ? 'works' : 'bypasses the cache'
  })
}

/** Checks that only counts are lost. @returns the outcome, in words */
function refuseCounts({ redis, apis, strategies, problem }: TestSystem): Promise<string> {
  return withoutPermissions(
    redis.admin,
    OF_COUNTS.map((command) => `-${command}` as const),
    async () => {
      const before = await Promise.all(apis.map(({ url }) => bypasses(url)))
      await sleep(FLUSHED_WITHIN_MS)
      for (const [api, { url }] of apis.entries()) {
        const works = (await bypasses(url)) - before[api]! <= BY_CHANCE && (await keeps(url, strategies))
        if (!works) problem(`without the commands for counts, ${url} bypasses the cache`)
      }
      return 'works, and counts nothing'
    },
  )
}

let unknownId = 1_000

/** Whether a new entry is kept under each strategy; here, the absent entry of a missing post. */
async function keeps(url: string, strategies: readonly StrategyName[]): Promise<boolean> {
  const id = unknownId++
  const answers = strategies.map(async (strategy) => {
    const ask = () => readOnce(`${url}/api/posts/${id}?strategy=${strategy}`)
    await ask()
    return (await ask()).cache === 'HIT' || (await ask()).cache === 'HIT'
  })
  return (await Promise.all(answers)).every(Boolean)
}

async function bypasses(url: string): Promise<number> {
  const metrics = await readMetrics(url)
  return [...metrics].reduce(
    (sum, [name, count]) => (/^posts_api_reads_total\{.*outcome="bypass"/.test(name) ? sum + count : sum),
    0,
  )
}

/** Ignores the answer: without SCAN it may be a refusal. */
async function invalidateAll(url: string, strategy: string): Promise<void> {
  const headers = { 'Content-Type': 'application/json', Connection: 'close' }
  const body = JSON.stringify({ strategy, all: true })
  await (await fetch(`${url}/api/cache/invalidate`, { method: 'POST', headers, body })).text()
}
