import { Problem } from './problem.ts'
import { ListQuestion, PostQuestion, type Question } from './questions.ts'
import type { StrategyRuntime } from './strategy-runtime.ts'

/** Loads at once: enough to be quick, few enough to leave the database to those who wait for it. */
const AT_ONCE = 8
const DEFAULT_IDS = 1_000

/**
 * Reads the list and the posts of `ids` through the cache. Nobody asked for these reads, so the counters don't have
 * them among `reads`; what they cause is counted: loads, fills.
 */
export async function warm(runtime: StrategyRuntime, ids?: readonly number[]) {
  const startedAt = performance.now()
  const wanted = new Set(ids ?? Array.from({ length: DEFAULT_IDS }, (_, i) => i + 1))
  const questions: Question[] = [new ListQuestion(), ...Array.from(wanted, (id) => new PostQuestion(id))]
  let loaded = 0
  let found = 0
  let bypassed = 0
  let skipped = 0
  // Where nothing is kept there is nothing to warm.
  const queue = runtime.storeKind === 'none' ? [].values() : questions.values()
  const work = async () => {
    for (const question of queue) {
      try {
        const { outcome } = await runtime.cache.read(question.key, () => question.load(runtime), question.options)
        if (outcome === 'hit') found++
        else if (outcome === 'bypass') bypassed++
        else loaded++
      } catch (error) {
        // Too many posts for one answer: whoever reads them will read pages.
        if (!(error instanceof Problem)) throw error
        skipped++
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return { name: runtime.name, loaded, found, bypassed, skipped, tookMs: Math.round(performance.now() - startedAt) }
}
