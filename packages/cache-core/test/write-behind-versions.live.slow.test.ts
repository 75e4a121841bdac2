/** 8 clients on 3 processes write 6 rows 10,000 times, while a flusher is killed in every 500 writes. */
import { expect, it } from 'vitest'
import { Place } from './write-behind.ts'

const WRITES = 10_000
const KEYS = ['a', 'b', 'c', 'd', 'e', 'f']

it('each version is given once, without gaps, and the database ends at the last', { timeout: 120_000 }, async () => {
  const place = await Place.open()
  try {
    for (const key of KEYS) place.table.insert(key)
    const processes = await Promise.all([1, 2, 3].map(() => place.process()))
    const versions = new Map<string, number[]>(KEYS.map((key) => [key, []]))
    const acks = new Map<string, number>()
    let begun = 0
    let killed = 0
    let generation = 0
    const startFlusher = () => {
      const mine = ++generation
      const apply: typeof place.table.apply = async (writes) => {
        // Killed: it has taken these writes, and is never heard of again.
        if (mine !== generation) return new Promise(() => {})
        await place.table.apply(writes)
      }
      processes[mine % 3]!.flusher({ apply, takeOverAfterMs: 50 }).start()
    }
    startFlusher()
    await Promise.all(
      Array.from({ length: 8 }, async (_, client) => {
        const { rename } = processes[client % 3]!
        while (begun < WRITES) {
          const n = begun++
          if (n % 500 === 499) {
            killed++
            startFlusher()
          }
          const key = KEYS[n % KEYS.length]!
          const { row, ack } = await rename(key, `${n}`)
          acks.set(ack, (acks.get(ack) ?? 0) + 1)
          versions.get(key)!.push(row!.version)
        }
      }),
    )
    await processes[0]!.log.drained(10_000)
    console.log(
      `${WRITES} writes, ${killed} flushers killed`,
      Object.fromEntries(acks),
      place.table.history.length,
      'stored',
    )
    for (const [key, given] of versions) {
      const sorted = given.toSorted((x, y) => x - y)
      expect(sorted).toEqual(Array.from(given, (_, i) => i + 2))
      expect(place.table.rows.get(key)?.row.version).toBe(sorted.at(-1))
    }
  } finally {
    await place.close()
  }
})
