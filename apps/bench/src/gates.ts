/** The limits of cache-core's cost, as data. All are medians over interleaved rounds in one process. */
import type { FigureName } from './measure/figures.ts'
import type { Side } from './measure/measure-group.ts'

export interface Gate {
  readonly name: string
  readonly of: Side
  /** Absent: the figure itself counts. */
  readonly over?: Side
  readonly figure: FigureName
  /** What the library should reach on a quiet machine. */
  readonly goal: number
  /** What CI allows: above it, `pnpm bench --gates` fails. */
  readonly gate: number
}

const hit: Side = { row: 'hit', library: 'cache-core' }
const rawHit: Side = { row: 'hit', library: 'floor' }
const tagged: Side = { row: 'tagged', library: 'cache-core' }
const near: Side = { row: 'near', library: 'cache-core' }
const map: Side = { row: 'near', library: 'floor' }

export const gates: readonly Gate[] = [
  { name: 'hit in Redis ÷ raw getBuffer, wall', of: hit, over: rawHit, figure: 'wallUs', goal: 1.25, gate: 1.5 },
  { name: 'hit in Redis ÷ raw getBuffer, CPU', of: hit, over: rawHit, figure: 'cpuUs', goal: 1.25, gate: 1.5 },
  {
    name: 'JSON hit in Redis ÷ raw get and JSON.parse, wall',
    of: { row: 'hit', library: 'cache-core-json' },
    over: { row: 'hit', library: 'floor-json' },
    figure: 'wallUs',
    goal: 1.25,
    gate: 1.5,
  },
  { name: 'hit in Redis with 3 tags ÷ without, wall', of: tagged, over: hit, figure: 'wallUs', goal: 1.4, gate: 1.8 },
  { name: 'hit in Redis with 3 tags ÷ without, CPU', of: tagged, over: hit, figure: 'cpuUs', goal: 1.4, gate: 1.8 },
  // In memory nothing waits, so wall time and CPU agree on a quiet machine. On a busy one CPU is steadier.
  { name: 'near hit ÷ Map behind one async function', of: near, over: map, figure: 'cpuUs', goal: 4, gate: 8 },
  {
    name: 'near hit of shared JSON ÷ Map behind one async function',
    of: { row: 'near', library: 'cache-core-shared' },
    over: map,
    figure: 'cpuUs',
    goal: 4,
    gate: 8,
  },
  {
    name: 'peek ÷ Map behind one async function',
    of: { row: 'peek', library: 'cache-core' },
    over: map,
    figure: 'cpuUs',
    goal: 2.5,
    gate: 4,
  },
  { name: 'bytes allocated per near hit', of: near, figure: 'bytes', goal: 400, gate: 800 },
  {
    // Not 100 reads of its own: those are one MGET too. A bare MGET of 100 keys is 0.4.
    name: '100 keys at once ÷ 100 raw getBuffer, wall',
    of: { row: 'many', library: 'cache-core' },
    over: { row: 'singles', library: 'floor' },
    figure: 'wallUs',
    goal: 0.7,
    gate: 0.95,
  },
]
