/** A comparison is resumed only on the system that it was started on: its report names one environment for all turns. */
import { isDeepStrictEqual } from 'node:util'
import type { ComparedStrategy, Comparison, Environment } from './comparison.ts'
import { environmentInWords } from './report/content/setting.ts'

export interface FoundSystem {
  readonly environment: Environment
  readonly strategies: readonly ComparedStrategy[]
  /** API processes. */
  readonly processes: number
}

/** @throws Error that names what differs from the system of the finished turns */
export function refuseOtherSystem(folder: string, started: Comparison, now: FoundSystem): void {
  const is = new Map(factsOf(now))
  const { environment, strategies, config } = started
  const differing = [
    ...factsOf({ environment, processes: config.apiProcesses }).flatMap(([what, was]) =>
      is.get(what) === was ? [] : [`${what}: ${was} then, ${is.get(what)} now`],
    ),
    ...strategies
      .filter((strategy) => !now.strategies.some((described) => isDeepStrictEqual(described, strategy)))
      .map(({ name }) => `the API's description of ${name} differs`),
  ]
  if (differing.length === 0) return
  throw new Error(
    `the comparison in ${folder} was started on another system: ${differing.join('; ')}; resume it on the same system, or start a new one without --resume`,
  )
}

function factsOf({ environment, processes }: Omit<FoundSystem, 'strategies'>): (readonly [string, string])[] {
  return [...environmentInWords(environment), ['API processes', `${processes}`]]
}
