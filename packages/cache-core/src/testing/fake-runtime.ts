import type { Runtime } from '../ports/runtime.ts'

/** Time and chance held by hand. */
export interface FakeRuntime extends Runtime {
  /** Lets run what is due now, moves time on, wakes who sleeps until then, and lets what follows from it run. */
  advance(ms: number): Promise<void>
}

/** @param chance what `random()` answers. Default 0.5. */
export function fakeRuntime(chance = 0.5): FakeRuntime {
  let time = 0
  const alarms = new Set<{ at: number; everyMs?: number; ring: () => void }>()
  return {
    now: () => time,
    random: () => chance,
    sleep: (ms) => new Promise((ring) => alarms.add({ at: time + ms, ring })),
    after(ms, ring) {
      const alarm = { at: time + ms, ring }
      alarms.add(alarm)
      return () => alarms.delete(alarm)
    },
    every(ms, ring) {
      const alarm = { at: time + ms, everyMs: ms, ring }
      alarms.add(alarm)
      return () => alarms.delete(alarm)
    },
    async advance(ms) {
      await settled()
      const end = time + ms
      for (;;) {
        const next = [...alarms].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
        if (next === undefined) break
        time = next.at
        if (next.everyMs === undefined) alarms.delete(next)
        else next.at += next.everyMs
        next.ring()
        await settled()
      }
      time = end
      await settled()
    },
  }
}

/** Resolves once all that follows without time or I/O has run. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
