/** The report's first screen: the strategy that the advisor's rules pick for each need. */
import { staleAfterWriteMs } from 'history/guarantees'
import { CEILING } from 'strategies/names'
import { type Decision, decide, FLOOR, figuresOf, type RuledOut } from '../../advisor/decide.ts'
import { type FigureOf, rank, type Step } from '../../advisor/ranking.ts'
import type { Requirements } from '../../advisor/requirements.ts'
import type { Comparison } from '../../comparison.ts'
import { type MeasureName, measures } from '../../measures.ts'
import { differenceOf, RUNS_TO_CLAIM } from '../../spread.ts'
import { formatFigure, formatMs } from '../format.ts'
import { withTooFewRuns } from '../ranks.ts'
import { type Answer, type Block, text } from './content.ts'

interface Need {
  readonly need: string
  readonly meaning: string
  readonly requirements: Requirements
  readonly first: Step
  /** Whether the need itself says how old a value may be. */
  readonly saysAge?: boolean
}

export function answersTo(comparison: Comparison): Block[] {
  const { ttlMs } = comparison.config.workload
  const mayLoseWrites = false
  const figures = figuresOf(comparison)
  const needs: Need[] = [
    {
      need: 'Always current',
      meaning: 'reads see every acknowledged write',
      requirements: { maxStalenessMs: 0, mayLoseWrites },
      first: 'load',
      saysAge: true,
    },
    {
      need: `At most ${formatMs(ttlMs)} old`,
      meaning: 'a value may be as old as the TTL, even after an out-of-band change',
      requirements: { maxStalenessMs: ttlMs, maxAgeMs: ttlMs, mayLoseWrites },
      first: 'load',
      saysAge: true,
    },
    { need: 'Fewest database loads', meaning: 'at any age', requirements: { mayLoseWrites }, first: 'load' },
    { need: 'Lowest read p99', meaning: 'at any age', requirements: { mayLoseWrites }, first: 'latency' },
    // Older comparisons lack this measure.
    ...(figures(FLOOR, 'waitingPerSecond') === undefined
      ? []
      : [
          {
            need: 'Fewest reads that wait',
            meaning: 'at an expiry or after a write; at any age',
            requirements: { mayLoseWrites },
            first: 'waiting',
          } as const,
        ]),
  ]
  return [
    { kind: 'answers', answers: needs.map((need) => answerTo(need, comparison, figures)) },
    text([...compared(figures), ...fewRuns(comparison)].join(' ')),
  ]
}

function answerTo(
  { need, meaning, requirements, first, saysAge = false }: Need,
  comparison: Comparison,
  figures: FigureOf,
): Answer {
  const decision = decide(comparison, requirements, first)
  const { winner } = decision
  const use = comparison.strategies.find(({ name }) => name === winner)
  const known = { need, meaning, ...othersIn(decision, comparison) }
  if (use === undefined) {
    return { ...known, use: 'none', effect: 'No measured strategy meets this.', figures: [] }
  }
  const staleForMs = staleAfterWriteMs(use.promise, comparison.config.apiProcesses)
  const current = use.promise.where === 'every process' ? 'always current' : 'always current, in one process only'
  const around = use.promise.staleForAtMostMs
  const hidden =
    around > comparison.config.workload.ttlMs ? `, out-of-band changes seen within ${formatMs(around)}` : ''
  const age = staleForMs === 0 ? `${current}${hidden}` : `up to ${formatMs(staleForMs)} old`
  return {
    ...known,
    use: use.name,
    ...(use.name === FLOOR
      ? { effect: whyNoCache(decision, figures, first) }
      : effectOf(use.name, comparison, figures, first)),
    figures: [...(saysAge && hidden === '' ? [] : [age]), ...figuresInWords(use.name, figures)],
    ...equalsIn(decision),
  }
}

const SHOWN = {
  readP50Ms: 'read p50',
  readP99Ms: 'p99',
  hitRatio: 'hits',
  waitingPerSecond: 'reads/s waited',
  loadsPerSecond: 'loads/s',
  writeP50Ms: 'write p50',
} as const

/** Medians only: the ranges are in the table. */
function figuresInWords(strategy: string, figures: FigureOf): string[] {
  return (Object.keys(SHOWN) as (keyof typeof SHOWN)[]).flatMap((measure) => {
    const median = figures(strategy, measure)?.median
    if (median === undefined || (strategy === FLOOR && measure === 'hitRatio')) return []
    const figure = formatFigure(measure, median)
    return [measures[measure].unit === 'ms' ? `${SHOWN[measure]} ${figure} ms` : `${figure} ${SHOWN[measure]}`]
  })
}

type Effect = 'readP50Ms' | 'readP99Ms' | 'waitingPerSecond' | 'loadsPerSecond'

const EFFECTS: Readonly<Record<Step, readonly Effect[]>> = {
  load: ['loadsPerSecond', 'readP50Ms'],
  latency: ['readP99Ms', 'loadsPerSecond'],
  waiting: ['waitingPerSecond', 'loadsPerSecond'],
}

/** Effects that are counts, not times. */
const COUNTED: Partial<Record<Effect, string>> = { waitingPerSecond: 'reads that wait', loadsPerSecond: 'loads/s' }

/** The effect against `no-cache`, with the need's own measure first. */
function effectOf(strategy: string, comparison: Comparison, figures: FigureOf, first: Step): { effect?: string } {
  if (figures(FLOOR, 'loadsPerSecond') === undefined) return {}
  const effects = EFFECTS[first].map((measure) => changeOf(measure, strategy, comparison, figures))
  return { effect: `${capitalised(effects.join(', '))}, against ${FLOOR}.` }
}

function changeOf(measure: Effect, strategy: string, comparison: Comparison, figures: FigureOf): string {
  const [own, floor] = [figures(strategy, measure), figures(FLOOR, measure)]
  const name = COUNTED[measure] ?? measures[measure].title
  if (own === undefined || floor === undefined) return `${name} not known`
  const difference = differenceOf(own, floor)
  if (difference === 'no difference' || own.median === floor.median) return `no difference in ${name}`
  const isLower = own.median < floor.median
  const factor = isLower ? floor.median / own.median : own.median / floor.median
  const comparative = measure in COUNTED ? (isLower ? 'fewer' : 'more') : isLower ? 'lower' : 'higher'
  const change = `${sizeOf(own.median, floor.median, factor)} ${comparative} ${name}`
  return difference === 'too few runs' ? `${change} (in ${runsWith(measure, strategy, isLower, comparison)})` : change
}

/** A factor from 3 times on, a percentage below. */
function sizeOf(own: number, floor: number, factor: number): string {
  if (Number.isFinite(factor) && factor >= 3) return `${Number(factor.toPrecision(2))} times`
  return `${Math.max(1, Math.round(100 * Math.abs(1 - own / floor)))} %`
}

/** In how many pairs of runs the difference shows. Runs of the same number have the same operations. */
function runsWith(measure: MeasureName, strategy: string, lower: boolean, { turns }: Comparison): string {
  const valueIn = (name: string) =>
    new Map(
      turns
        .filter((turn) => turn.strategy === name && turn.status === 'ok')
        .map((turn) => [turn.run, turn.measures[measure]]),
    )
  const [own, floor] = [valueIn(strategy), valueIn(FLOOR)]
  const pairs = [...own].flatMap(([run, value]) => {
    const other = floor.get(run)
    return typeof value === 'number' && typeof other === 'number' ? [lower ? value < other : value > other] : []
  })
  return `${pairs.filter((is) => is).length} of ${pairs.length} runs`
}

function whyNoCache({ notWorthIt }: Decision, figures: FigureOf, first: Step): string {
  const names = notWorthIt.map(({ strategy }) => strategy)
  const best = rank(names, figures, first).winner
  if (best === undefined) return 'No measured cache meets this.'
  const { reason } = notWorthIt.find(({ strategy }) => strategy === best)!
  return `A cache is hardly worth it ${first === 'load' ? 'here' : 'for this'}. The best one is ${best}: ${reason}.`
}

const BEHIND: Readonly<Record<Step, string>> = {
  load: 'more loads',
  latency: 'higher p99',
  waiting: 'more reads wait',
}

function othersIn(
  { ruledOut, notWorthIt, outranked, winner }: Decision,
  { strategies }: Comparison,
): { others?: string } {
  const behind = outranked.flatMap(({ strategy, step }) =>
    step === 'simplicity' || strategy === FLOOR ? [] : [{ strategy, short: BEHIND[step] }],
  )
  const small = winner === FLOOR ? [] : notWorthIt
  const all: Pick<RuledOut, 'strategy' | 'short'>[] = [...ruledOut, ...small, ...behind]
  const groups = Map.groupBy(
    all.filter(({ strategy }) => strategy !== CEILING),
    ({ short }) => short,
  )
  if (groups.size === 0) return {}
  const names = strategies.map(({ name }) => name)
  const said = [...groups].map(([short, group]) => {
    const inGroup = group.map(({ strategy }) => strategy)
    return `${inShort(inGroup, names)} (${short})`
  })
  return { others: said.join('; ') }
}

/** More names than this are only counted: the table has them. */
const NAMED = 3

/** `naive-*` for all naive forms, `peer:*` for all libraries. */
function inShort(group: readonly string[], all: readonly string[]): string {
  const whole = ['naive-', 'peer:'].filter((prefix) => {
    const family = all.filter((name) => name.startsWith(prefix))
    return family.length > 1 && family.every((name) => group.includes(name))
  })
  const rest = group.filter((name) => !whole.some((prefix) => name.startsWith(prefix)))
  const named = rest.length > NAMED ? [`${rest.length} others`] : rest
  return [...named, ...whole.map((prefix) => `${prefix}*`)].join(', ')
}

function equalsIn({ outranked }: Decision): { equals?: string } {
  const equal = outranked.filter(({ step }) => step === 'simplicity').map(({ strategy }) => strategy)
  return equal.length === 0
    ? {}
    : { equals: `No difference from it (loads and p99 overlap, or differ by less than 10 %): ${equal.join(', ')}.` }
}

function compared(figures: FigureOf): string[] {
  const floor = figuresInWords(FLOOR, figures)
  return floor.length === 0
    ? [`${FLOOR} is not among these strategies, so it is not known what a cache saves.`]
    : [`${FLOOR}, for comparison: ${floor.join(', ')}.`]
}

function fewRuns(comparison: Comparison): string[] {
  const few = withTooFewRuns(comparison)
  if (few.length === 0) return []
  const runs = [...new Set(few.map(({ runs }) => runs))].toSorted((a, b) => a - b)
  return [
    `Picks are by median: ${RUNS_TO_CLAIM} runs of each strategy are needed to claim a difference, and there ${runs.at(-1) === 1 ? 'is' : 'are'} ${runs.join(' to ')}.`,
  ]
}

function capitalised(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1)
}
