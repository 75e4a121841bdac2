import type { Redis } from 'ioredis'
import type { LibraryName } from '../libraries/names.ts'
import { openContestant, openFor } from '../open-contestant.ts'
import type { Entry, Group } from '../results.ts'
import { type RowName, rows } from '../rows.ts'
import { type SizeName, sizes } from '../sizes.ts'
import { runStampedes } from '../stampede/run-stampedes.ts'
import { makeValues } from '../values.ts'
import type { Contestant } from './contestant.ts'
import { type FigureName, figureNames } from './figures.ts'
import { type Outcome, type Rounds, runGroup, whyInvalid } from './run-group.ts'

export interface Bed extends Rounds {
  readonly redisUrl: string
  /** A connection for INFO and FLUSHDB. */
  readonly redis: Redis
  readonly seed: number
}

/** A row of a library. */
export interface Side {
  readonly row: RowName
  readonly library: LibraryName
}

export interface MeasuredGroup {
  readonly sides: readonly { readonly side: Side; readonly entry: Entry }[]
  readonly problems: readonly string[]
}

/** Opens the sides, runs them interleaved, and closes them. Sides that a library doesn't have are left out. */
export async function measureSides(sides: readonly Side[], size: SizeName, bed: Bed): Promise<MeasuredGroup> {
  const { redis, redisUrl, seed } = bed
  const values = makeValues(sizes[size], seed)
  const errors = new Set<string>()
  const contestants: Contestant[] = []
  try {
    for (const { row, library } of sides) {
      const onError = (error: unknown) => void errors.add(`${library}, ${rows[row].title}, ${size}: ${error}`)
      const contestant = await openContestant(row, library, { redisUrl, size, values, onError })
      if (contestant !== undefined) contestants.push(contestant)
    }
    const outcomes = await runGroup(contestants, bed, redis)
    const problems = outcomes.map(whyInvalid).filter((why) => why !== undefined)
    return {
      sides: outcomes.map(({ contestant: { row, library }, ...outcome }) => ({
        side: { row, library },
        entry: entryFrom(library, outcome),
      })),
      problems: [...problems, ...errors],
    }
  } finally {
    for (const contestant of contestants) await contestant.close()
    await redis.flushdb()
  }
}

/** One row at one size, of all given libraries that have it. */
export async function measureGroup(
  row: RowName,
  size: SizeName,
  libraries: readonly LibraryName[],
  bed: Bed,
): Promise<{ group: Group; problems: readonly string[] }> {
  const { title, operation, inFlight = sizes[size].inFlight } = rows[row]
  const group = (entries: Entry[]): Group => {
    return { row, title, operation, size, keys: sizes[size].keys, inFlight, entries }
  }
  if (row === 'stampede') return { group: group(await stampedes(libraries, bed)), problems: [] }
  // What synchronous reads are compared with.
  const floor: Side[] = row === 'peek' ? [{ row: 'near', library: 'floor' }] : []
  const others = libraries.filter((library) => row !== 'peek' || library !== 'floor')
  const sides = [...floor, ...others.map((library) => ({ row, library }))]
  const measured = await measureSides(sides, size, bed)
  return { group: group(measured.sides.map(({ entry }) => entry)), problems: measured.problems }
}

async function stampedes(libraries: readonly LibraryName[], bed: Bed): Promise<Entry[]> {
  const { redisUrl, redis, seed, rounds } = bed
  const able = libraries.filter((library) => openFor('stampede', library) !== undefined)
  const measured = await runStampedes({ redisUrl, libraries: able, seed }, rounds, redis)
  await redis.flushdb()
  return [...measured].map(([library, { rounds: all, sent }]) => {
    const figures = all.map((one) => one.figures)
    return entryFrom(library, { ops: 1, rounds: figures, byCommand: all.at(-1)?.byCommand ?? {}, sent })
  })
}

function entryFrom(library: LibraryName, outcome: Omit<Outcome, 'contestant'>): Entry {
  const { ops, rounds, byCommand, sent } = outcome
  const inOrder = (name: FigureName) => rounds.map(({ [name]: value }) => (value === null ? null : fourDigits(value)))
  return {
    library,
    ops,
    rounds: Object.fromEntries(figureNames.map((name) => [name, inOrder(name)])) as Entry['rounds'],
    byCommand: Object.fromEntries(Object.entries(byCommand).map(([name, count]) => [name, fourDigits(count)])),
    sent: fourDigits(sent),
  }
}

const fourDigits = (value: number) => Number(value.toPrecision(4))
