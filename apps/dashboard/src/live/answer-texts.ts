/** The answers at the top in words, and their bars. */
import { count, duration, list, short } from './format.ts'
import { equalToLeader, leaderOf, type Ranked, type Ranking } from './ranking.ts'
import { isNaive } from './strategy-kinds.ts'

const NO_CACHE = 'no-cache'
/** Bars below each answer. */
export const SHOWN = 5
/** More names in a sentence are not read. */
const MAX_NAMED = 4

export interface Bar {
  readonly name: string
  /** As a part of the longest. */
  readonly length: number
  readonly text: string
}

export interface Answer {
  readonly winner: string
  readonly text: string
  readonly note: string
  readonly bars: readonly Bar[]
}

const TOO_FEW: Answer = { winner: '–', text: 'Too few reads to tell.', note: '', bars: [] }

export function fastest(ranked: readonly Ranked[]): Answer {
  const first = leaderOf(ranked)
  if (first === undefined) return TOO_FEW
  const without = ranked.find(({ name }) => name === NO_CACHE)
  const gain =
    without === undefined || without === first
      ? ''
      : `, ${short(without.value / first.value)} times faster than no-cache`
  return {
    winner: andMore(marked(first.name), equalToLeader(ranked).length),
    text: `On average, a read takes ${duration(first.value)}${gain}.`,
    note: noteOn(ranked),
    bars: barsOf(ranked, duration),
  }
}

export function sparing(ranked: readonly Ranked[]): Answer {
  const first = leaderOf(ranked)
  if (first === undefined) return TOO_FEW
  const without = ranked.find(({ name }) => name === NO_CACHE)
  const isLess = without !== undefined && without !== first && first.value > 0
  const gain = isLess ? `, ${short(without.value / first.value)} times fewer than no-cache` : ''
  return {
    winner: andMore(marked(first.name), equalToLeader(ranked).length),
    text: `${loadsPer100(first.value)} database loads per 100 reads${gain}.`,
    note: noteOn(ranked),
    bars: barsOf(ranked, loadsPer100),
  }
}

/** Of all strategies. */
export interface Writes {
  readonly writes: number
  /** Whether the process that answers a read knows them all. Otherwise no value counts as stale. */
  readonly areKnown: boolean
}

/** @param withReads the number of strategies that had reads */
export function stale(found: Ranking['stale'], withReads: number, { writes, areKnown }: Writes): Answer {
  const [first] = found
  if (first === undefined) {
    if (withReads === 0) return TOO_FEW
    if (!areKnown)
      return { ...TOO_FEW, text: 'Not counted with several processes: none knows the writes of the others.' }
    if (writes === 0) return { ...TOO_FEW, text: 'Nothing was written, so no value could be stale.' }
    return { winner: 'None', text: 'No read returned a value that had been replaced.', note: '', bars: [] }
  }
  const longest = Math.max(...found.map(({ maxMs }) => (Number.isNaN(maxMs) ? 0 : maxMs)))
  const reads = found.reduce((sum, each) => sum + each.reads, 0)
  const time = longest === 0 ? '' : `, up to ${duration(longest)} earlier`
  const current = withReads - found.length
  const bars = found.slice(0, SHOWN)
  return {
    winner: andMore(first.name, found.length - 1),
    text: `${readsText(reads)} returned a value that had been replaced${time}.`,
    note: [current === 0 ? '' : `The other ${current === 1 ? 'one' : current} served none.`, warningFor(bars)]
      .join(' ')
      .trim(),
    bars: bars.map(({ name, reads, maxMs }) => ({
      name: marked(name),
      length: reads / first.reads,
      text: `${readsText(reads)}${Number.isNaN(maxMs) ? '' : `, up to ${duration(maxMs)} late`}`,
    })),
  }
}

function andMore(name: string, others: number): string {
  return others === 0 ? name : `${name} and ${others} more`
}

function readsText(reads: number): string {
  return `${count(reads)} ${reads === 1 ? 'read' : 'reads'}`
}

/** The answer, the best of the others, and no-cache to compare with. */
function shownOf(ranked: readonly Ranked[]): readonly Ranked[] {
  const leader = leaderOf(ranked)!
  const leading = [leader, ...ranked.filter((each) => each !== leader)].slice(0, SHOWN)
  const without = ranked.find(({ name }) => name === NO_CACHE)
  return without === undefined || leading.includes(without) ? leading : [...leading.slice(0, SHOWN - 1), without]
}

function barsOf(ranked: readonly Ranked[], format: (value: number) => string): Bar[] {
  const longest = ranked.at(-1)!.value
  return shownOf(ranked).map(({ name, value }) => ({
    name: marked(name),
    length: longest === 0 ? 0 : value / longest,
    text: format(value),
  }))
}

function noteOn(ranked: readonly Ranked[]): string {
  const close = equalToLeader(ranked).map(({ name }) => name)
  const parts = []
  if (close.length > MAX_NAMED) parts.push(`${close.length} others are within 10 %, so treat them as equal.`)
  else if (close.length > 0) parts.push(`Within 10 %, so treat as equal: ${list(close)}.`)
  parts.push(warningFor(shownOf(ranked)))
  return parts.join(' ').trim()
}

function marked(name: string): string {
  return isNaive(name) ? `${name} ⚠` : name
}

function warningFor(shown: readonly { readonly name: string }[]): string {
  return shown.some(({ name }) => isNaive(name)) ? '⚠\u00a0A race can break its guarantee.' : ''
}

export function loadsPer100(loadsPerRead: number): string {
  const loads = loadsPerRead * 100
  return loads < 9.95 ? loads.toFixed(1) : count(loads)
}
