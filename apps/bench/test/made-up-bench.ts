import type { LibraryName } from '../src/libraries/names.ts'
import type { Bench, Entry } from '../src/results.ts'
import { type RowName, rows } from '../src/rows.ts'

/** An entry of three rounds whose every figure is `us`, in a busy second round twice that. */
export function entry(library: LibraryName, us: number, loads = 0): Entry {
  const busy = [us, us * 2, us]
  return {
    library,
    ops: 1_000,
    rounds: {
      wallUs: busy,
      cpuUs: busy,
      p50Us: busy,
      p99Us: busy,
      bytes: busy,
      commands: busy,
      loads: [loads, loads, loads],
    },
    byCommand: {},
    sent: 0,
  }
}

/** A bench of 350 B with the given microseconds by row and library. */
export function madeUpBench(figures: Partial<Record<RowName, readonly Entry[]>>): Bench {
  const groups = Object.entries(figures).map(([name, entries]) => {
    const row = name as RowName
    const { title, operation } = rows[row]
    return { row, title, operation, size: '350 B' as const, keys: 1_000, inFlight: 64, entries: [...entries] }
  })
  const names = [...new Set(groups.flatMap(({ entries }) => entries.map(({ library }) => library)))]
  return {
    schemaVersion: 1,
    kind: 'bench',
    date: '2026-01-01T00:00:00.000Z',
    commit: null,
    modified: null,
    machine: {
      cpu: 'x',
      cores: 2,
      memoryGiB: 4,
      os: 'Linux',
      node: 'v24.0.0',
      redis: 'redis-server 7',
      loadAverage: [0, 1],
    },
    options: { rounds: 3, windowMs: 100, seed: 1 },
    libraries: names.map((name) => ({
      name,
      title: name,
      package: name,
      version: '1.2.3',
      form: 'object',
      proved: {},
    })),
    groups,
    problems: [],
  }
}
