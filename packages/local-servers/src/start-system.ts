import type { ServicesOptions } from './services-messages.ts'
import { type ApiProcess, startApi } from './start-api.ts'
import { type Services, startServices } from './start-services.ts'

export interface SystemOptions extends ServicesOptions {
  /** The API's entry file. */
  readonly entry: URL
}

/** API processes over private servers. */
export interface System {
  /** With the servers that were asked for. */
  readonly services: Services
  /** In the order in which they were started, including those that have ended. */
  readonly apis: readonly ApiProcess[]
  /** Starts an API process over Redis and Postgres of `services`. `env` has its other options, and may name other servers. */
  startApi(env?: Readonly<Record<string, string>>): Promise<ApiProcess>
  /** Ends another server with the system, by `end`, and also if this process is killed. */
  own<T extends { readonly pid: number }>(server: T, end: (server: T) => unknown): T
  /** Adds a step to `stop`. */
  onStop(step: () => unknown): void
  /** Undoes everything, the last first, and kills the API processes in any state. May be repeated. @throws the first error, after all steps */
  stop(): Promise<void>
}

/**
 * Starts private servers, and lets `setUp` fill them, start API processes and choose what callers see. Everything ends with this
 * process, even if that is killed.
 *
 * @throws the error of a server or of `setUp`; then nothing is left running
 */
export async function startSystem<T>(
  { entry, ...servers }: SystemOptions,
  setUp: (system: System) => Promise<T>,
): Promise<T> {
  const services = await startServices(servers)
  const { redis, postgres } = services
  const apis: ApiProcess[] = []
  const steps: (() => unknown)[] = [() => services.stop()]
  let stopping: Promise<void> | undefined
  const system: System = {
    services,
    apis,
    async startApi(env) {
      const urls = { ...(redis && { REDIS_URL: redis.url }), ...(postgres && { DATABASE_URL: postgres.url }) }
      const api = system.own(await startApi(entry, { ...urls, ...env }), ({ kill }) => kill())
      apis.push(api)
      return api
    },
    own(server, end) {
      steps.push(services.alsoEnd(server.pid), () => end(server))
      return server
    },
    onStop: (step) => steps.push(step),
    stop: () => (stopping ??= undo(steps)),
  }
  try {
    return await setUp(system)
  } catch (error) {
    await system.stop().catch(() => {})
    throw error
  }
}

async function undo(steps: readonly (() => unknown)[]): Promise<void> {
  const errors: unknown[] = []
  for (const step of steps.toReversed()) {
    try {
      await step()
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw errors[0]
}
