/** `pnpm compare`: measures, reports, and recommends if requirements are given. */
import type { Command } from 'commander'
import { adviceInWords } from './advisor/advice-in-words.ts'
import { advise } from './advisor/advise.ts'
import {
  addRequirementOptions,
  hasRequirements,
  type RequirementFlags,
  type Requirements,
  readRequirements,
  requirementFlags,
} from './advisor/requirements.ts'
import { addCompareOptions, type CompareFlags } from './choose/chosen-comparison.ts'
import { type Comparison, SCHEMA_VERSION } from './comparison.ts'
import { environmentOf } from './environment.ts'
import { idleUse } from './observe/redis-use.ts'
import { pageBundle } from './report/page-bundle.ts'
import type { PageBundle } from './report/report-file.ts'
import { terminalReport } from './report/terminal.ts'
import { writeReports } from './report/write-reports.ts'
import { newFolder, saveComparison } from './results-folder.ts'
import { findK6 } from './run/find-k6.ts'
import { createProgress } from './run/progress.ts'
import { remainingTurns, runComparison } from './run/run-comparison.ts'
import { runTurn } from './run/run-turn.ts'
import { startPrivateSystem, systemAt, whatIsMissing } from './run/system.ts'
import { refuseOtherSystem } from './same-system.ts'
import { ttlSweepOf } from './simulation/ttl-sweep.ts'
import { fromFlags, whereItStopped } from './started-comparison.ts'
import { whatIsWrong } from './strict.ts'
import { deviationsOf } from './theory/deviations-of.ts'

interface Flags extends CompareFlags, RequirementFlags {
  readonly strict?: true
  readonly resume?: true | string
}

export function addCompareCommand(program: Command): void {
  addCompareOptions(program)
    .option('--resume [folder]', 'resume a stopped comparison (default: the newest)')
    .option('--strict', 'exit with 1 if a guarantee was broken, a prediction was missed, or a run does not count')
  addRequirementOptions(program).action(async (flags: Flags) => {
    process.exitCode = await compare(flags)
  })
}

/** The part of a turn in which k6 starts and stops, and the machine is sampled. */
export const AROUND_A_TURN_MS = 5_000

async function compare(flags: Flags): Promise<number> {
  const { strict = false, resume, maxStaleness, maxAge, p99, maxWaiting, maxDbLoad, mayLoseWrites, ...load } = flags
  const asked = requirementFlags(flags)
  const requirements = hasRequirements(asked) ? readRequirements(asked) : undefined
  const started =
    resume === undefined ? await fromFlags(load) : await whereItStopped(resume === true ? undefined : resume, load)
  const k6 = findK6()
  const { BASE_URL, ADMIN_TOKEN, DATABASE_URL } = process.env
  const missing = BASE_URL ? undefined : whatIsMissing()
  if (missing !== undefined) throw new Error(missing)
  for (const note of started.notes) console.error(note)
  // Before the comparison, which takes minutes: a page that can't be built must not be noticed only afterwards.
  const bundle = await pageBundle()

  const { config } = started
  const stopped = stopOnSignal()
  const system = BASE_URL
    ? systemAt(BASE_URL, ADMIN_TOKEN, config.workload.ttlMs)
    : await startPrivateSystem({
        ...config,
        ttlMs: config.workload.ttlMs,
        originDelayMs: config.workload.originDelayMs,
        posts: config.rows!,
        databaseServer: DATABASE_URL || undefined,
        onStep: (step) => console.error(step),
      })
  const progress = createProgress(config.warmupMs + config.measuredMs + config.probe.durationMs + AROUND_A_TURN_MS)
  let comparison = started.kept?.comparison
  let folder = started.kept?.folder
  try {
    const [environment, strategies] = [environmentOf(k6, system), await system.describe(config.strategies)]
    if (started.kept) {
      refuseOtherSystem(started.kept.folder, started.kept.comparison, {
        environment,
        strategies,
        processes: system.urls.length,
      })
    }
    comparison ??= newComparison(config, environment, strategies)
    folder ??= await newFolder(comparison)
    const into = folder
    const redisIdle =
      system.redis && (await idleUse(system.redis, { settleMs: SETTLE_MS, forMs: LOOK_FOR_MS }, stopped))
    comparison = await runComparison(comparison, {
      onTurn: progress.begin,
      async runTurn(plan) {
        const turn = await runTurn({ k6, system, config, replay: started.replay, redisIdle }, plan, stopped)
        progress.end(turn)
        return turn
      },
      async save(latest) {
        comparison = latest
        await saveComparison(into, latest)
      },
    })
  } catch (error) {
    if (!stopped.aborted) throw error
  } finally {
    progress.stop()
    await system.stop()
  }
  return comparison === undefined || folder === undefined
    ? STOPPED
    : conclude(folder, comparison, { strict, requirements, bundle })
}

/** Once per comparison: without requests, Redis is used evenly from a few seconds after the start. */
const [SETTLE_MS, LOOK_FOR_MS] = [3_000, 5_000]

/** The exit code that shells use after Ctrl-C. */
const STOPPED = 130

interface Conclusion {
  readonly strict: boolean
  readonly requirements: Requirements | undefined
  readonly bundle: PageBundle
}

async function conclude(
  folder: string,
  comparison: Comparison,
  { strict, requirements, bundle }: Conclusion,
): Promise<number> {
  if (comparison.turns.length > 0) {
    const deviations = deviationsOf(comparison)
    console.log(terminalReport(comparison, deviations))
    const advice = requirements && adviceInWords(await adviseOn(comparison, requirements))
    if (advice !== undefined) console.log(`\n${advice.join('\n')}`)
    const file = `${folder}/comparison.json`
    const { html, markdown } = await writeReports(file, { comparison, deviations, advice }, bundle)
    console.log(`\nreport: ${html}\n        ${markdown}\nfigures: ${file}`)
  }
  const left = remainingTurns(comparison).length
  if (comparison.finishedAt === null && left > 0) {
    console.error(`stopped with ${left} turns left; finished turns are kept. Resume: pnpm compare --resume ${folder}`)
    return STOPPED
  }
  const wrong = whatIsWrong(comparison)
  for (const line of wrong) console.error(`${strict ? 'FAILED' : 'note'}: ${line}`)
  const nothingCounts = !comparison.turns.some(({ status }) => status === 'ok')
  return nothingCounts || (strict && wrong.length > 0) ? 1 : 0
}

function adviseOn(comparison: Comparison, requirements: Requirements) {
  const ttlSweep = ttlSweepOf(comparison)
  return advise(comparison, requirements, ttlSweep && { ttlSweep })
}

function newComparison(
  config: Comparison['config'],
  environment: Comparison['environment'],
  strategies: Comparison['strategies'],
): Comparison {
  const startedAt = new Date().toISOString()
  return {
    schemaVersion: SCHEMA_VERSION,
    kind: 'comparison',
    startedAt,
    finishedAt: null,
    config,
    environment,
    strategies,
    turns: [],
  }
}

/** The first Ctrl-C ends the current turn and keeps the finished ones. The second exits immediately. */
function stopOnSignal(): AbortSignal {
  const controller = new AbortController()
  const stop = () => {
    if (controller.signal.aborted) process.exit(130)
    controller.abort(new Error('stopped'))
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  return controller.signal
}
