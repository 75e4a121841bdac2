/**
 * A clock that stands still until it is told to move, and the timers that ring when it does. Replays hours in seconds, and
 * always in the same order.
 */
import type { Runtime } from 'cache-core'
import { random } from 'workload'

export interface VirtualTime {
  /** What caches and stores see of it. Its numbers depend on nothing but the seed and how many were drawn. */
  readonly runtime: Runtime
  /**
   * Moves on to `ms`, rings what is due on the way, and lets what follows from each run before the next.
   * Undefined: nothing was due, so there is nothing to wait for.
   */
  passTo(ms: number): Promise<void> | undefined
  /** When the next timer rings. Undefined: there is none. */
  readonly nextAt: number | undefined
}

interface Alarm {
  at: number
  /** Of two at the same time, the one set first rings first. */
  readonly place: number
  readonly everyMs: number | undefined
  readonly ring: () => void
  isCancelled: boolean
}

const RANDOM_STREAM = 7

export function virtualTime(seed: number): VirtualTime {
  const alarms: Alarm[] = []
  let now = 0
  let set = 0
  let drawn = 0

  function setAlarm(ms: number, ring: () => void, everyMs?: number): () => void {
    const alarm: Alarm = { at: now + ms, place: set++, everyMs, ring, isCancelled: false }
    push(alarms, alarm)
    return () => {
      alarm.isCancelled = true
      // The timer of a load is mostly the last one set: gone at once, a million of them leave nothing to search through.
      while (alarms.at(-1)?.isCancelled) alarms.pop()
    }
  }

  function next(): Alarm | undefined {
    while (alarms[0]?.isCancelled) pop(alarms)
    return alarms[0]
  }

  async function ringUntil(ms: number): Promise<void> {
    for (let alarm = next(); alarm !== undefined && alarm.at <= ms; alarm = next()) {
      pop(alarms)
      now = alarm.at
      if (alarm.everyMs !== undefined) {
        alarm.at += alarm.everyMs
        push(alarms, alarm)
      }
      alarm.ring()
      await settled()
    }
    now = ms
  }

  return {
    runtime: {
      now: () => now,
      random: () => random(seed, RANDOM_STREAM, drawn++),
      sleep: (ms) => new Promise((wake) => void setAlarm(ms, wake)),
      after: (ms, action) => setAlarm(ms, action),
      every: (ms, action) => setAlarm(ms, action, ms),
    },
    passTo(ms) {
      const alarm = next()
      if (alarm !== undefined && alarm.at <= ms) return ringUntil(ms)
      now = ms
      return undefined
    },
    get nextAt() {
      return next()?.at
    },
  }
}

/** Resolves once all that follows without time has run. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

// A binary heap: the alarm that rings first is at 0, and none is later than those below it.

function isBefore(a: Alarm, b: Alarm): boolean {
  return a.at < b.at || (a.at === b.at && a.place < b.place)
}

function push(heap: Alarm[], alarm: Alarm): void {
  let at = heap.push(alarm) - 1
  while (at > 0) {
    const parent = (at - 1) >> 1
    if (!isBefore(alarm, heap[parent]!)) break
    heap[at] = heap[parent]!
    at = parent
  }
  heap[at] = alarm
}

function pop(heap: Alarm[]): void {
  const last = heap.pop()
  if (last === undefined || heap.length === 0) return
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++
    if (child >= heap.length || !isBefore(heap[child]!, last)) break
    heap[at] = heap[child]!
    at = child
  }
  heap[at] = last
}
