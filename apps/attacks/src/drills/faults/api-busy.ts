import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ApiProcess } from 'local-servers'
import type { Drill, TestSystem } from '../drill.ts'
import { listen } from '../log-lines.ts'
import { until } from '../until.ts'

/** Longer than the deadline of a command, 250 ms. */
const BUSY_MS = 260
const REDIS_ANSWERS_AFTER_MS = 20
const ROUNDS = 3
/** If a busy machine delays a round this long before the process blocks, the round proves nothing and is repeated. */
const TOO_LATE_MS = 150
const ROUNDS_AT_MOST = 8
/** Posts that the load does not use, under two of the strategies. */
const IDS = Array.from({ length: 10 }, (_, i) => 11 + i)
const STRATEGIES = ['manual-invalidation', 'stampede-lock'] as const
const HITS = IDS.length * STRATEGIES.length

export const apiBusy: Drill = {
  name: 'api-busy',
  fault: `an API process is busy for ${BUSY_MS} ms with ${HITS} hits in flight, which Redis answers after ${REDIS_ANSWERS_AFTER_MS} ms; ${ROUNDS} times`,
  holds: `${HITS} hits each time, and Redis never counts as unavailable: its answers arrived in time`,
  apis: () => [
    { NODE_OPTIONS: `--import=${new URL('../busy-on-signal.ts', import.meta.url)}`, BUSY_MS: String(BUSY_MS) },
    {},
  ],
  throughTcpProxy: 'first',
  // Only this drill reads from the busy process.
  loaded: (apis) => apis.slice(1),
  async inject(system) {
    const { note, problem } = system
    let played = 0
    for (let round = 1; played < ROUNDS; round++) {
      const { waitedMs, outcomes, log } = await playRound(system)
      if (waitedMs > TOO_LATE_MS && round <= ROUNDS_AT_MOST) continue
      played++
      const hits = outcomes.filter((outcome) => outcome === 'HIT').length
      note(`${hits} of ${HITS} were hits; they had been in flight for ${waitedMs.toFixed(0)} ms`)
      if (hits < HITS)
        problem(`${hits} of ${HITS} were hits, others ${outcomes.find((one) => one !== 'HIT') ?? 'failed'}`)
      log.expectNeverAway()
    }
  },
}

interface Round {
  /** How long the commands had been in flight when the process blocked. */
  readonly waitedMs: number
  readonly outcomes: readonly string[]
  readonly log: ReturnType<typeof listen>
}

async function playRound(system: TestSystem): Promise<Round> {
  const { apis, redis, tcpProxy } = system
  const api = apis[0] as ApiProcess
  const posts = STRATEGIES.flatMap((strategy) => IDS.map((id) => ({ strategy, id })))
  const ask = () =>
    askAtOnce(
      api,
      posts.map(({ strategy, id }) => `/api/posts/${id}?strategy=${strategy}`),
    )
  await until('all are hits', 5_000, async () => (await ask()).every((outcome) => outcome === 'HIT'))
  const sizes = posts.map(({ strategy, id }) => redis.admin.strlen(`posts:${strategy}:e:{post:${id}}`))
  const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
  const log = listen(system)
  tcpProxy.hold()
  try {
    const askedAt = performance.now()
    const answers = ask()
    await until('Redis has answered them all', 5_000, () => tcpProxy.heldBytes > bytes)
    const timesBusy = busyLines(api)
    process.kill(api.pid, 'SIGURG')
    await until('the process is busy', 5_000, () => busyLines(api) > timesBusy)
    const waitedMs = performance.now() - askedAt
    await sleep(Math.max(0, REDIS_ANSWERS_AFTER_MS - waitedMs))
    tcpProxy.release()
    return { waitedMs, outcomes: await answers, log }
  } finally {
    tcpProxy.release()
  }
}

/** Sends all requests in one write, so that the process sends its commands in one batch too. @returns `X-Cache` of each answer */
async function askAtOnce({ url }: ApiProcess, paths: readonly string[]): Promise<string[]> {
  const { hostname, port, host } = new URL(url)
  const requests = paths.map((path, i) => {
    const connection = i === paths.length - 1 ? 'close' : 'keep-alive'
    return `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: ${connection}\r\n\r\n`
  })
  const socket = connect(Number(port), hostname)
  socket.write(requests.join(''))
  const answers = await text(socket)
  return [...answers.matchAll(/^X-Cache: (\S+)/gim)].map(([, outcome]) => outcome!)
}

function busyLines({ output }: ApiProcess): number {
  return output()
    .split('\n')
    .filter((line) => line === 'busy').length
}
