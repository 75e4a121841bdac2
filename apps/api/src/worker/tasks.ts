import { allPosts, authorsReport, type Resource } from '../posts/resources.ts'
import { postResources } from '../posts/warm.ts'
import type { StrategyInstance } from '../strategies/strategy-instance.ts'

/** How many of the hottest posts are kept warm. */
export const HOTTEST = 100

/** One job per task, so that a slow task does not delay the others. */
export const tasks = {
  list: async (): Promise<Resource[]> => [allPosts],
  report: async (): Promise<Resource[]> => [authorsReport],
  hottest: async ({ hottest }: StrategyInstance): Promise<Resource[]> =>
    hottest === undefined ? [] : postResources(await hottest.top(HOTTEST)),
} as const

export type TaskName = keyof typeof tasks
export const taskNames = Object.keys(tasks) as TaskName[]
