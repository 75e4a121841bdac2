/**
 * Attacks every strategy from outside: clients in several processes read and write a few posts through several API processes
 * with slow loads, while Redis loses keys at random. The recorded history is checked against each strategy's guarantee.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  checkHistory,
  guaranteedBy,
  type HistoryHeader,
  type Operation,
  type RecordOptions,
  recordClients,
  type StrategyGuarantee,
  type Verdict,
} from 'history'
import { type AttackedSystem, startAttackedSystem } from '../start-attacked-system.ts'
import { type Evictor, evictAtRandom } from './evict-at-random.ts'

export interface CampaignOptions {
  /** A total number of operations, spread evenly over the strategies, or a duration for each strategy. */
  readonly length: { readonly operations: number } | { readonly msEach: number }
  readonly seed: number
  /** Default: all. */
  readonly strategies?: readonly string[] | undefined
}

export interface Turn {
  readonly promise: StrategyGuarantee
  readonly header: HistoryHeader
  readonly operations: readonly Operation[]
  readonly seconds: number
  readonly verdict: Verdict
  readonly evicted: Evictor['evicted']
}

export const setting = {
  /** The added delay in each API process: reads end out of order, and writes happen during reads. */
  originDelaysMs: [1, 2, 4],
  ttlMs: 100,
  /** Short enough for a slow holder to outlive its lease sometimes. */
  leaseMs: 20,
  evictEveryMs: 6,
  ids: [1, 2, 3, 4, 5, 6],
  processes: 2,
  clientsPerProcess: 4,
  writeRatio: 0.1,
} as const

/** Runs one strategy after another on one system, and yields each turn as it ends. */
export async function* runCampaign(options: CampaignOptions): AsyncGenerator<Turn> {
  const { ttlMs, originDelaysMs, ids } = setting
  const system = await startAttackedSystem({
    posts: ids.length,
    apis: originDelaysMs.map((ms) => ({ CACHE_TTL_MS: String(ttlMs), ORIGIN_DELAY_MS: String(ms) })),
  })
  try {
    const chosen = choose(await guaranteedBy(system.urls), options.strategies)
    const length =
      'msEach' in options.length ? options.length : { operations: Math.ceil(options.length.operations / chosen.length) }
    for (const promise of chosen) {
      await tune(system.urls, promise)
      yield await runTurn(promise, system, { ...options, length })
    }
  } finally {
    await system.stop()
  }
}

function choose(all: readonly StrategyGuarantee[], names: readonly string[] | undefined): readonly StrategyGuarantee[] {
  if (names === undefined) return all
  return names.map((name) => {
    const found = all.find(({ strategy }) => strategy === name)
    if (found === undefined) {
      throw new Error(`unknown strategy ${name}; known: ${all.map(({ strategy }) => strategy).join(', ')}`)
    }
    return found
  })
}

async function tune(urls: readonly string[], { strategy, tunable }: StrategyGuarantee): Promise<void> {
  if (!tunable.includes('leaseMs')) return
  for (const url of urls) {
    const answer = await fetch(new URL(`/api/strategies/${strategy}`, url), {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ leaseMs: setting.leaseMs }),
    })
    if (!answer.ok) throw new Error(`${url} refused to tune ${strategy}: ${answer.status} ${await answer.text()}`)
  }
}

async function runTurn(
  promise: StrategyGuarantee,
  { urls, services }: AttackedSystem,
  { length, seed }: CampaignOptions,
): Promise<Turn> {
  const { strategy, promised } = promise
  const { ids, processes, clientsPerProcess, writeRatio } = setting
  const clients: RecordOptions = {
    urls,
    strategy,
    ids,
    processes,
    clientsPerProcess,
    writeRatio,
    seed,
    ...('operations' in length && length),
  }
  const started = new Date().toISOString()
  const beganAt = performance.now()
  const evictor = await evictAtRandom(services.redis!.url, setting.evictEveryMs, seed)
  const recording = recordClients(clients)
  const operations = await ('msEach' in length
    ? sleep(length.msEach).then(() => recording.stop())
    : recording.done
  ).finally(() => evictor.stop())
  const seconds = (performance.now() - beganAt) / 1_000
  const header: HistoryHeader = {
    format: 'history/1',
    strategy,
    promised,
    seed,
    started,
    urls: [...urls],
    node: process.version,
    options: { ...setting },
  }
  return {
    promise,
    header,
    operations,
    seconds,
    verdict: checkHistory(operations, promised),
    evicted: { ...evictor.evicted },
  }
}
