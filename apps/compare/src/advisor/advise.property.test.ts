import * as library from 'cache-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { described } from '../../test/advisor-cases.ts'
import type { Comparison } from '../comparison.ts'
import { figureOf } from '../spread.ts'
import type { Advice } from './advice.ts'
import { adviceInWords } from './advice-in-words.ts'
import { advise } from './advise.ts'
import { FLOOR, figuresOf } from './decide.ts'
import { guaranteeInWords } from './guarantee.ts'
import { bySimplicity, isLower } from './ranking.ts'
import type { Requirements } from './requirements.ts'

const names = [
  'no-cache',
  'cache-aside',
  'manual-invalidation',
  'write-through',
  'stampede-lock',
  'stale-while-revalidate',
  'write-behind',
  'naive-invalidation',
  'peer:bentocache',
]

/** Few distinct values, so that ranges touch, figures tie and limits are met exactly. */
const figure = fc.integer({ min: 1, max: 12 })

/** Runs close together, so that some strategies differ and others do not. */
function figuresOver(runs: number) {
  const around = fc
    .tuple(figure, fc.array(fc.integer({ min: 0, max: 3 }), { minLength: runs, maxLength: runs }))
    .map(([least, more]) => more.map((value) => least + value))
  return fc.record({
    loadsPerRead: around.map((values) => values.map((value) => value / 15)),
    loadsPerSecond: around.map((values) => values.map((value) => value * 10)),
    waitingPerSecond: around,
    readP50Ms: around,
    readP99Ms: around,
    staleMaxMs: fc.constantFrom(0, 0, 0, 0, 500, 4_000),
    lostWrites: fc.constantFrom(0, 0, 0, 0, 0, 1),
  })
}

const comparisons = fc
  .constantFrom(2, 5)
  .chain((runs) =>
    fc
      .uniqueArray(fc.tuple(fc.constantFrom(...names), figuresOver(runs)), { minLength: 1, selector: ([name]) => name })
      .map((rows) => described({ runs, strategies: Object.fromEntries(rows) })),
  )

const limit = fc.integer({ min: 4, max: 20 })

const limits: fc.Arbitrary<Requirements> = fc
  .record({
    maxStalenessMs: fc.option(fc.constantFrom(0, 1_000, 5_000), { nil: undefined, freq: 2 }),
    maxAgeMs: fc.option(fc.constantFrom(5_000, 305_000), { nil: undefined, freq: 2 }),
    p99Ms: fc.option(limit, { nil: undefined }),
    maxWaitingPerSecond: fc.option(limit, { nil: undefined, freq: 2 }),
    maxLoadsPerSecond: fc.option(
      limit.map((value) => value * 10),
      { nil: undefined },
    ),
    mayLoseWrites: fc.boolean(),
  })
  .map(given)

interface Limits {
  maxStalenessMs: number | undefined
  maxAgeMs: number | undefined
  p99Ms: number | undefined
  maxWaitingPerSecond: number | undefined
  maxLoadsPerSecond: number | undefined
  mayLoseWrites: boolean
}

function given(limits: Limits): Requirements {
  const { maxStalenessMs, maxAgeMs, p99Ms, maxWaitingPerSecond, maxLoadsPerSecond, mayLoseWrites } = limits
  return {
    ...(maxStalenessMs !== undefined && { maxStalenessMs }),
    ...(maxAgeMs !== undefined && { maxAgeMs }),
    ...(p99Ms !== undefined && { p99Ms }),
    ...(maxWaitingPerSecond !== undefined && { maxWaitingPerSecond }),
    ...(maxLoadsPerSecond !== undefined && { maxLoadsPerSecond }),
    mayLoseWrites,
  }
}

function without(comparison: Comparison, strategy: string): Comparison {
  return { ...comparison, turns: comparison.turns.filter((turn) => turn.strategy !== strategy) }
}

/** Whether `a` ranks before `b` in a direct comparison. */
function beats(comparison: Comparison, a: string, b: string): boolean {
  const figures = figuresOf(comparison)
  for (const measure of ['loadsPerRead', 'readP99Ms'] as const) {
    if (isLower(figures(a, measure), figures(b, measure))) return true
    if (isLower(figures(b, measure), figures(a, measure))) return false
  }
  return bySimplicity(a, b) < 0
}

function alternativesOf({ runnerUp, others }: Advice): string[] {
  return [...(runnerUp ? [runnerUp] : []), ...others].map(({ strategy }) => strategy)
}

const check = <Ts>(property: fc.IAsyncPropertyWithHooks<Ts>) => fc.assert(property, { numRuns: 200 })

describe('the advice', { timeout: 120_000 }, () => {
  it('never violates a requirement', () =>
    check(
      fc.asyncProperty(comparisons, limits, async (comparison, requirements) => {
        const pick = (await advise(comparison, requirements)).pick?.strategy
        if (pick === undefined) return
        const { p99Ms, maxWaitingPerSecond, maxLoadsPerSecond, maxStalenessMs, maxAgeMs, mayLoseWrites } = requirements
        const { promise, store } = comparison.strategies.find(({ name }) => name === pick)!
        const figure = (measure: 'readP99Ms' | 'waitingPerSecond' | 'loadsPerSecond' | 'staleMaxMs' | 'lostWrites') =>
          figureOf(comparison, pick, measure)!
        expect(pick).not.toMatch(/^naive-/)
        if (maxAgeMs !== undefined) expect(promise.staleForAtMostMs).toBeLessThanOrEqual(maxAgeMs)
        if (maxWaitingPerSecond !== undefined) {
          expect(figure('waitingPerSecond').median).toBeLessThanOrEqual(maxWaitingPerSecond)
        }
        if (p99Ms !== undefined) expect(figure('readP99Ms').median).toBeLessThanOrEqual(p99Ms)
        if (maxLoadsPerSecond !== undefined) {
          expect(figure('loadsPerSecond').median).toBeLessThanOrEqual(maxLoadsPerSecond)
        }
        if (maxStalenessMs !== undefined) {
          const current = store === 'none' || promise.readAfterWrite
          expect(current ? 0 : promise.staleForAtMostMs).toBeLessThanOrEqual(maxStalenessMs)
          expect(figure('staleMaxMs').max).toBeLessThanOrEqual(maxStalenessMs)
        }
        if (!mayLoseWrites) expect([promise.mayLoseWrites, figure('lostWrites').max]).toEqual([false, 0])
      }),
    ))

  it("is the runner-up without the winner's turns", () =>
    check(
      fc.asyncProperty(comparisons, limits, async (comparison, requirements) => {
        const { pick, runnerUp } = await advise(comparison, requirements)
        if (pick === undefined) return
        const next = await advise(without(comparison, pick.strategy), requirements)
        expect(next.pick?.strategy).toBe(runnerUp?.strategy)
      }),
    ))

  it('does not change without a losing strategy, unless an alternative beats the winner directly', () =>
    check(
      fc.asyncProperty(comparisons, limits, async (comparison, requirements) => {
        const advice = await advise(comparison, requirements)
        const pick = advice.pick?.strategy
        const alternatives = alternativesOf(advice)
        // Savings are measured against the floor, so it is never left out.
        if (
          pick !== FLOOR &&
          alternatives.some((alternative) => pick !== undefined && beats(comparison, alternative, pick))
        )
          return
        for (const { name } of comparison.strategies) {
          if (name === pick || name === FLOOR) continue
          expect((await advise(without(comparison, name), requirements)).pick?.strategy, `without ${name}`).toBe(pick)
        }
      }),
    ))

  it('does not depend on the order of turns, or of strategies', () =>
    check(
      fc.asyncProperty(comparisons, limits, fc.integer(), async (comparison, requirements, seed) => {
        const shuffled = <T>(items: readonly T[]): T[] =>
          fc.sample(fc.shuffledSubarray([...items], { minLength: items.length }), { seed, numRuns: 1 })[0]!
        const other = { ...comparison, turns: shuffled(comparison.turns), strategies: shuffled(comparison.strategies) }
        expect(await advise(other, requirements)).toEqual(await advise(comparison, requirements))
      }),
    ))

  it('still exists with looser requirements', () =>
    check(
      fc.asyncProperty(
        comparisons,
        limits,
        fc.constantFrom('maxStalenessMs', 'p99Ms', 'maxLoadsPerSecond', 'mayLoseWrites'),
        fc.integer({ min: 1, max: 20 }),
        async (comparison, requirements, relaxed, factor) => {
          const { pick } = await advise(comparison, requirements)
          if (pick === undefined) return
          const { [relaxed]: limit, ...rest } = requirements
          const more = typeof limit === 'number' ? { [relaxed]: limit * factor + 1 } : {}
          for (const looser of [
            { mayLoseWrites: true, ...rest },
            { mayLoseWrites: true, ...rest, ...more },
          ]) {
            expect((await advise(comparison, looser)).pick).toBeDefined()
          }
        },
      ),
    ))

  it('never prints code whose guarantee differs from the one that decided', async () => {
    let printed = 0
    await check(
      fc.asyncProperty(comparisons, measuredTtl, limits, sweeps, async (measured, ttlMs, requirements, ttlSweep) => {
        const { config } = measured
        const comparison = { ...measured, config: { ...config, workload: { ...config.workload, ttlMs } } }
        const advice = await advise(comparison, requirements, ttlSweep && { ttlSweep })
        const text = adviceInWords(advice).join('\n')
        const code = printedGuarantee(text)
        if (code === undefined) return
        const { guarantee, options } = code
        printed++
        expect(advice.pick!.guarantee).toMatchObject(guarantee)
        expect(text).toContain(`guarantee: ${guaranteeInWords(guarantee, options.ttlMs)}`)
        const { maxStalenessMs = Number.POSITIVE_INFINITY, maxAgeMs = Number.POSITIVE_INFINITY } = requirements
        expect(guarantee.staleForAtMostMs).toBeLessThanOrEqual(maxAgeMs)
        if (!guarantee.readAfterWrite) expect(guarantee.staleForAtMostMs).toBeLessThanOrEqual(maxStalenessMs)
      }),
    )
    expect(printed).toBeGreaterThan(20)
  })
})

/** Sometimes differs from the TTL in the strategies' own guarantees. */
const measuredTtl = fc.constantFrom(5_000, 5_000, 5_000, 60_000)

const sweeps = fc.option(
  fc
    .array(
      fc.record({
        ttlMs: fc.constantFrom(500, 1_000, 5_000, 60_000, 300_000),
        hitRatio: fc.double({ min: 0, max: 1, noNaN: true }),
        loadsPerRead: fc.double({ min: 0, max: 1, noNaN: true }),
        loadsPerSecond: fc.double({ min: 0, max: 150, noNaN: true }),
      }),
    )
    .map((rows) => async () => rows),
  { nil: undefined, freq: 4 },
)

const exported = new Map<string, unknown>(Object.entries(library))
type Options = Record<string, number>
type Read = (options: Options) => library.CachingStrategy
type Write = () => library.WriteStrategy

/** The guarantee that cache-core gives for the strategies in the printed code. */
function printedGuarantee(text: string) {
  const [, read, argument] = /read: (\w+)\(\{ ([^)]+) \}\)/.exec(text) ?? []
  const [, write] = /write: (\w+)\(\)/.exec(text) ?? []
  if (argument === undefined) return undefined
  const options: Options = Object.fromEntries(
    argument.split(', ').map((option) => {
      const [name, value] = option.split(': ')
      return [name!, Number(value!.replaceAll('_', ''))]
    }),
  )
  const reading = (exported.get(read!) as Read)(options)
  const shared = { ...library.memoryStore().guarantee, where: 'every process' } as const
  const {
    loadsPerExpiry: _,
    mayLoseWrites: __,
    ...guarantee
  } = library.guaranteeOf(reading, (exported.get(write!) as Write)(), {
    guarantee: text.includes('redisStore(') ? shared : library.memoryStore().guarantee,
  })
  return { guarantee, options }
}
