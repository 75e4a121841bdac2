/**
 * A manual clock with timers. It replays hours in seconds, always in the same order. `fakeRuntime` of `cache-core/testing` would
 * look through all timers for each of millions of requests.
 */
import { setImmediate as settled } from 'node:timers/promises'
import type { Runtime } from 'cache-core'
import { random } from 'workload'

export interface VirtualTime {
  /** The runtime of caches and stores. Its random numbers depend only on the seed and on how many were drawn. */
  readonly runtime: Runtime
  /**
   * Moves the clock to `ms`, fires the timers due on the way, and settles the effects of each before the next. Returns
   * undefined if no timer was due, so there is nothing to wait for.
   */
  passTo(ms: number): Promise<void> | undefined
  /** When the next timer fires. Undefined if there is none. */
  readonly nextAt: number | undefined
}

interface Alarm {
  at: number
  /** Of two timers at the same time, the one set first fires first. */
  readonly order: number
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
    const alarm: Alarm = { at: now + ms, order: set++, everyMs, ring, isCancelled: false }
    push(alarms, alarm)
    return () => {
      alarm.isCancelled = true
      // A load's timer is usually the last one set. Removing it immediately keeps a million of them out of the heap.
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
      soon: queueMicrotask,
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

// A binary heap: the next alarm is at 0, and no alarm is later than its children.

function isBefore(a: Alarm, b: Alarm): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
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
