import type { Runtime } from '../src/ports/runtime.ts'
import { PING_EVERY_MS } from '../src/redis/client-tracking.ts'

interface Alarm {
  at: number
  readonly everyMs: number | undefined
  readonly process: ProcessTime
  readonly ring: () => void
}

/** One process's view of the time. */
export interface ProcessTime {
  /** The offset of its monotonic clock from the world's. */
  readonly skewMs: number
  /** Its timers don't fire. Those that came due fire when it wakes. */
  isPaused: boolean
  isDead: boolean
}

/** Timers with this interval, in milliseconds, are those of deadlines. */
const TICK_MS = 25
const TICKS_AT_ONCE_MS = 100
/** Of a long time, PINGs are sent only in the end, since each costs as much as a step. */
const PINGS_FOR_MS = 2_000

function isNoTick({ everyMs }: Alarm): boolean {
  return everyMs !== TICK_MS && everyMs !== PING_EVERY_MS
}

function isNoPing({ everyMs }: Alarm): boolean {
  return everyMs !== PING_EVERY_MS
}

/** The world's time. It changes only when `pass` is called. Unlike `fakeRuntime`'s, its timers belong to processes that pause and die. */
export class VirtualTime {
  now = 0
  #alarms: Alarm[] = []

  /** @param bind makes a timer's action run as the agent that set it. */
  runtimeOf(process: ProcessTime, bind: (action: () => void) => () => void, random: () => number): Runtime {
    const set = (ms: number, action: () => void, everyMs?: number) => {
      const alarm = { at: this.now + ms, everyMs, process, ring: bind(action) }
      this.#alarms.push(alarm)
      return () => {
        const at = this.#alarms.indexOf(alarm)
        if (at >= 0) this.#alarms.splice(at, 1)
      }
    }
    return {
      now: () => this.now + process.skewMs,
      random,
      sleep: (ms) => new Promise((wake) => void set(ms, wake)),
      after: set,
      every: (ms, action) => set(ms, action, ms),
      soon: (action) => queueMicrotask(bind(action)),
    }
  }

  /**
   * Time until the next timer fires, not counting the ticks of deadlines: otherwise schedules would consist of ticks. Ticks fire
   * while time passes. If they are the only timers, several of them pass in one step. Neither do PINGs make time pass: they never end.
   */
  get nextInMs(): number | undefined {
    const next = this.#next(Number.POSITIVE_INFINITY, isNoTick)?.inMs
    const tick = this.#next(Number.POSITIVE_INFINITY, isNoPing)?.inMs
    return tick === undefined ? undefined : Math.min(next ?? Number.POSITIVE_INFINITY, tick + TICKS_AT_ONCE_MS)
  }

  /** Lets time pass, firing one timer after another. `settled` resolves once the effects of one have run. */
  async pass(ms: number, settled: () => Promise<void>): Promise<void> {
    const end = this.now + ms
    for (const alarm of this.#alarms) if (!isNoPing(alarm)) alarm.at = Math.max(alarm.at, end - PINGS_FOR_MS)
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      const { alarm } = next
      this.now = Math.max(this.now, alarm.at)
      if (alarm.everyMs === undefined) this.#alarms.splice(this.#alarms.indexOf(alarm), 1)
      else alarm.at = this.now + alarm.everyMs
      alarm.ring()
      await settled()
    }
    this.now = end
  }

  #next(end: number, isMeant = (_alarm: Alarm) => true): { alarm: Alarm; inMs: number } | undefined {
    let first: Alarm | undefined
    for (const alarm of this.#alarms) {
      if (!isMeant(alarm)) continue
      if (alarm.process.isPaused || alarm.process.isDead || alarm.at > end) continue
      if (first === undefined || alarm.at < first.at) first = alarm
    }
    return first && { alarm: first, inMs: Math.max(0, first.at - this.now) }
  }
}
