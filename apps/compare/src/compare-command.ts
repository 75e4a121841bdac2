/** `pnpm compare`: measures, reports, and, if asked, recommends. */
import type { Command } from 'commander'
import { adviceInWords, advise } from './advisor/advise.ts'
import {
  addRequirementOptions,
  hasRequirements,
  type RequirementFlags,
  readRequirements,
} from './advisor/requirements.ts'
import { addCompareOptions, type CompareFlags, chosenComparison } from './choose/chosen-comparison.ts'
import { type Comparison, SCHEMA_VERSION } from './comparison.ts'
import { environmentOf } from './environment.ts'
import { readComparison } from './read-comparison.ts'
import { terminalReport } from './report/terminal.ts'
import { writeReports } from './report/write-reports.ts'
import { newFolder, saveComparison, savedComparisons } from './results-folder.ts'
import { findK6 } from './run/find-k6.ts'
import { createProgress } from './run/progress.ts'
import { remainingTurns, runComparison } from './run/run-comparison.ts'
import type { Replay } from './run/run-k6.ts'
import { runTurn } from './run/run-turn.ts'
import { type System, startSystem, systemAt, whatIsMissing } from './run/system.ts'
import { whatIsWrong } from './strict.ts'
import { deviationsOf } from './theory/deviations-of.ts'

interface Flags extends CompareFlags, RequirementFlags {
  readonly strict?: true
  readonly resume?: true | string
}

export function addCompareCommand(program: Command): void {
  addCompareOptions(program)
    .option('--resume [folder]', 'go on with a comparison that was stopped (default: the newest)')
    .option('--strict', 'exit with 1 where a promise, a prediction or the account of the counters did not hold')
  addRequirementOptions(program).action(async (flags: Flags) => {
    process.exitCode = await compare(flags)
  })
}

/** k6's start and end, the probe's, and a look at the machine. */
const AROUND_A_TURN_MS = 4_000

async function compare(flags: Flags): Promise<number> {
  const requirements = hasRequirements(flags) ? readRequirements(flags) : undefined
  const begun = flags.resume === undefined ? await fresh(flags) : await resumed(flags)
  const k6 = findK6()
  const { BASE_URL, ADMIN_TOKEN, DATABASE_URL } = process.env
  const missing = BASE_URL ? undefined : whatIsMissing()
  if (missing !== undefined) throw new Error(missing)
  for (const note of begun.notes) console.error(note)

  const stopped = stopOnSignal()
  const system = BASE_URL
    ? systemAt(BASE_URL, ADMIN_TOKEN)
    : await startSystem({
        ...begun.config,
        ttlMs: begun.config.workload.ttlMs,
        originDelayMs: begun.config.workload.originDelayMs,
        posts: begun.config.workload.posts + begun.config.probe.posts,
        databaseServer: DATABASE_URL || undefined,
        onStep: (step) => console.error(step),
      })
  const progress = createProgress(begun.config.warmupMs + begun.config.measuredMs + AROUND_A_TURN_MS)
  let comparison: Comparison
  let folder = begun.folder
  try {
    comparison = begun.comparison ?? (await begin(begun.config, k6, system))
    folder ??= await newFolder(comparison)
    await saveComparison(folder, comparison)
    const bench = { k6, system, config: comparison.config, replay: begun.replay }
    comparison = await runComparison(comparison, {
      onTurn: progress.begin,
      async runTurn(plan) {
        const turn = await runTurn(bench, plan, stopped)
        progress.end(turn)
        return turn
      },
      save(latest) {
        comparison = latest
        return saveComparison(folder!, latest)
      },
    })
  } catch (error) {
    if (!stopped.aborted || folder === undefined) throw error
    comparison = await readComparison(folder)
  } finally {
    progress.stop()
    await system.stop()
  }
  return await conclude(folder, comparison, flags, requirements)
}

async function conclude(
  folder: string,
  comparison: Comparison,
  { strict }: Flags,
  requirements: ReturnType<typeof readRequirements> | undefined,
): Promise<number> {
  if (comparison.turns.length > 0) {
    const deviations = deviationsOf(comparison)
    console.log(terminalReport(comparison, deviations))
    const { html, markdown } = await writeReports(folder, comparison, deviations)
    console.log(`\nreport: ${html}\n        ${markdown}\nfigures: ${folder}/comparison.json`)
    if (requirements !== undefined) console.log(`\n${adviceInWords(await advise(comparison, requirements)).join('\n')}`)
  }
  const left = remainingTurns(comparison).length
  if (comparison.finishedAt === null && left > 0) {
    console.error(`stopped with ${left} turns to go; all before is kept. Go on: pnpm compare --resume ${folder}`)
    return 130
  }
  const wrong = whatIsWrong(comparison)
  for (const line of wrong) console.error(`${strict ? 'FAILED' : 'note'}: ${line}`)
  return strict && wrong.length > 0 ? 1 : 0
}

interface Begun {
  readonly config: Comparison['config']
  readonly replay: Replay | undefined
  readonly notes: readonly string[]
  /** Where it is kept and how far it has come, if it goes on. */
  readonly folder?: string
  readonly comparison?: Comparison
}

async function fresh(flags: Flags): Promise<Begun> {
  const { BASE_URL } = process.env
  return chosenComparison(flags, BASE_URL ? BASE_URL.split(',').length : 0)
}

/** @throws Error where there is none to go on with, or flags were given that would change it */
async function resumed({
  resume,
  strict: _strict,
  maxStaleness,
  p99,
  maxDbLoad,
  mayLoseWrites,
  ...others
}: Flags): Promise<Begun> {
  const given = Object.keys(others)
  const workload = given.length === 1 && given[0] === 'workload' ? others.workload : undefined
  if (given.length > 0 && workload === undefined) {
    throw new Error(`--resume goes on as it was begun; leave out ${given.join(', ')}`)
  }
  const found =
    typeof resume === 'string'
      ? { folder: resume, comparison: await readComparison(resume) }
      : (await savedComparisons()).find(({ comparison }) => comparison.finishedAt === null)
  if (found === undefined)
    throw new Error('there is no unfinished comparison under results/; start one without --resume')
  if (found.comparison.finishedAt !== null) throw new Error(`the comparison in ${found.folder} is finished`)
  const { config } = found.comparison
  const notes = [`going on with ${found.folder}: ${remainingTurns(found.comparison).length} turns to go`]
  if (config.workload.trace === null) return { ...found, config, replay: undefined, notes }
  if (workload === undefined) {
    throw new Error(
      `the comparison in ${found.folder} replays ${config.workload.trace.file}; say where it is: --workload FILE`,
    )
  }
  const again = await chosenComparison({
    workload,
    ttl: `${config.workload.ttlMs}ms`,
    originDelay: `${config.workload.originDelayMs}ms`,
    warmup: `${config.warmupMs}ms`,
    duration: `${config.measuredMs}ms`,
    speed: String(config.workload.trace.speed),
  })
  return { ...found, config, replay: again.replay, notes }
}

async function begin(config: Comparison['config'], k6: ReturnType<typeof findK6>, system: System): Promise<Comparison> {
  return {
    schemaVersion: SCHEMA_VERSION,
    kind: 'comparison',
    startedAt: new Date().toISOString(),
    finishedAt: null,
    config,
    environment: environmentOf(k6, system),
    strategies: await system.describe(config.strategies),
    turns: [],
  }
}

/** The first Ctrl-C ends the turn under way and keeps all before it, the second one ends at once. */
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
