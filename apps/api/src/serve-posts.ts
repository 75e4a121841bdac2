import type { AccessLog } from './access-log.ts'
import type { ApiContext } from './api-types.ts'
import { Problem } from './problem.ts'
import type { Question } from './questions.ts'
import { respond } from './respond.ts'
import type { StrategyRuntime } from './strategy-runtime.ts'

/** Answers one GET of posts or of the report on them: read through the cache, count, log, respond. */
export async function servePosts(
  context: ApiContext,
  runtime: StrategyRuntime,
  question: Question,
  log: AccessLog,
  arrivedAt: number,
): Promise<Response> {
  let result: Awaited<ReturnType<typeof runtime.cache.read>>
  try {
    result = await runtime.cache.read(question.key, () => question.load(runtime), question.options)
  } catch (error) {
    // A refusal, such as too many posts for one answer, is no failure.
    if (!(error instanceof Problem)) runtime.counters.counts.failedReads++
    throw error
  }
  const readAt = performance.now()
  const ms = readAt - arrivedAt
  runtime.counters.read(result.outcome, ms)
  if (log.isOn) log.read(runtime.name, question.key, result.outcome, ms)
  const staleMs = question.staleMs(runtime, result, arrivedAt)
  return respond(context, runtime, { question, result, staleMs, arrivedAt, readAt })
}
