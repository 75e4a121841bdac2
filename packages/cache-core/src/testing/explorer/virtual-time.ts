import type { Runtime } from '../../ports/runtime.ts'

interface Alarm {
  at: number
  readonly everyMs: number | undefined
  readonly process: ProcessTime
  readonly ring: () => void
}

/** One process's view of the time. */
export interface ProcessTime {
  /** What its monotonic clock shows when the world's shows 0. */
  readonly skewMs: number
  /** Its timers don't ring. Those that came due ring when it wakes. */
  isPaused: boolean
  isDead: boolean
}

/** The world's time: stands still until it is told to pass. */
export class VirtualTime {
  now = 0
  #alarms: Alarm[] = []

  /** @param bind makes a timer's action run as the one who set it. */
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
    }
  }

  /** How long until the next timer rings. */
  get nextInMs(): number | undefined {
    return this.#next(Number.POSITIVE_INFINITY)?.inMs
  }

  /** Lets time pass, ringing one timer after another; `settled` resolves once all that follows from one has run. */
  async pass(ms: number, settled: () => Promise<void>): Promise<void> {
    const end = this.now + ms
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

  #next(end: number): { alarm: Alarm; inMs: number } | undefined {
    let first: Alarm | undefined
    for (const alarm of this.#alarms) {
      if (alarm.process.isPaused || alarm.process.isDead || alarm.at > end) continue
      if (first === undefined || alarm.at < first.at) first = alarm
    }
    return first && { alarm: first, inMs: Math.max(0, first.at - this.now) }
  }
}
