/** Progress of a comparison: a line for each finished turn, and the time left. */

import { MultiBar, Presets } from 'cli-progress'
import { CEILING } from 'strategies'
import type { Turn } from '../comparison.ts'
import type { TurnPlan } from './run-turn.ts'

export interface Progress {
  begin(plan: TurnPlan, left: number): void
  end(turn: Turn): void
  stop(): void
}

/** @param turnMs estimated time of a turn, used until one has finished */
export function createProgress(turnMs: number, stream: NodeJS.WriteStream = process.stderr): Progress {
  const bars = stream.isTTY
    ? new MultiBar(
        { stream, format: '{bar} {at} · {minutes}', hideCursor: true, linewrap: false },
        Presets.shades_classic,
      )
    : undefined
  const bar = bars?.create(1, 0, { at: 'starting', minutes: '' })
  const took: number[] = []
  let beganAt = 0
  const minutesFor = (turns: number) => {
    const each = took.length === 0 ? turnMs : took.reduce((sum, ms) => sum + ms, 0) / took.length
    return timeLeft(each * turns)
  }
  let left = 0
  return {
    begin({ strategy, run, place }, turnsLeft) {
      beganAt = performance.now()
      left = turnsLeft
      bar?.setTotal(place - 1 + turnsLeft)
      bar?.update(place - 1, { at: `${strategy.name}, run ${run}`, minutes: minutesFor(turnsLeft) })
    },
    end(turn) {
      took.push(performance.now() - beganAt)
      const line = `${turnLine(turn)} · ${minutesFor(left - 1)}\n`
      if (bars) bars.log(line)
      else stream.write(line)
      bar?.increment()
    },
    stop: () => bars?.stop(),
  }
}

function turnLine({ strategy, run, place, status, problems, measures, violations }: Turn): string {
  const head = `${String(place).padStart(3)}  ${strategy} (run ${run})`.padEnd(36)
  if (status === 'technical-error') return `${head} no figures: ${problems.join('; ')}`
  const { hitRatio, readP50Ms, readP99Ms, loadsPerSecond } = measures
  const figures = [
    `hit ${percent(hitRatio)}`,
    `p50 ${ms(readP50Ms)} p99 ${ms(readP99Ms)}`,
    `${loadsPerSecond?.toFixed(0) ?? '–'} loads/s`,
    // The ceiling sees no writes, so its stale reads mean nothing.
    ...(strategy === CEILING ? [] : [`${violations.counts['read-after-write'] ?? 0} stale`]),
  ]
  const trouble = status === 'ok' ? '' : ` · does not count: ${problems.join('; ')}`
  return `${head} ${figures.join(' · ')}${trouble}`
}

function percent(share: number | null | undefined): string {
  return share === null || share === undefined ? '–' : `${(100 * share).toFixed(1)} %`
}

function ms(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : `${value.toFixed(value < 10 ? 1 : 0)} ms`
}

function timeLeft(ms: number): string {
  if (ms <= 0) return 'done'
  return ms < 90_000 ? `${Math.ceil(ms / 1_000)} s left` : `${Math.ceil(ms / 60_000)} min left`
}
