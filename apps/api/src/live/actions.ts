/** What the live page can do to the running system, apart from loads. */
import { postKey } from 'posts-db/keys'
import type { Api } from '../http/api-types.ts'
import { byReason, Problem } from '../http/problem.ts'
import type { Processes } from '../process/processes.ts'
import { invalidateUnder, type What } from '../routes/cache.ts'
import type { StrategyInstance } from '../strategies/strategy-instance.ts'

const PAUSE_MS = 3_000

export interface ActionTools {
  /** Writes go through the API's own routes. */
  readonly app: Api
  /** The post that the load reads most. */
  readonly hottestId: () => number
  /** Absent if this project did not start that Redis: it may have other clients. */
  readonly pauseRedis?: ((ms: number) => Promise<void>) | undefined
  /** Kills a process that holds the leases on a key. Absent if leases are in this process's memory. */
  readonly killLeaseHolder?: ((strategies: readonly string[], key: string) => Promise<readonly string[]>) | undefined
  /** Sets the counters of strategies to 0, in all processes. */
  readonly reset: (strategies: readonly string[]) => Promise<void>
  readonly processes: Processes
}

export interface Action {
  readonly name: string
  readonly title: string
  readonly about: string
  /** Why it can't be done here. Absent: it can. */
  readonly why?: string | undefined
  run(instances: readonly StrategyInstance[]): Promise<Done>
}

/** What an action has done. */
interface Done {
  /** The names of those that it was done to. */
  readonly strategies: readonly string[]
  /** The key concerned, if it is one. */
  readonly key?: string
  /** Why it was not done to the others, usually a Problem 503. Absent: it was done to all. */
  readonly failure?: unknown
}

export function actionsOf({
  app,
  hottestId,
  pauseRedis,
  killLeaseHolder,
  reset,
  processes,
}: ActionTools): readonly Action[] {
  const hottestKey = () => postKey(hottestId())

  async function invalidate(instances: readonly StrategyInstance[], what: What): Promise<Done> {
    const { confirmed, delivered, failure } = await invalidateUnder(instances, what, processes)
    if (delivered || failure !== undefined) return { strategies: confirmed, failure }
    const detail = 'a store or a process did not confirm it yet; until it has, reads bypass that store'
    return { strategies: confirmed, failure: new Problem({ status: 503, code: 'not-confirmed', detail }) }
  }

  /** The title says when, so that each write changes the post. */
  async function write(instances: readonly StrategyInstance[], query: string): Promise<Done> {
    const id = hottestId()
    const body = JSON.stringify({ title: `Written at ${new Date().toISOString()}` })
    const headers = { 'Content-Type': 'application/json' }
    const asked = instances.map(({ name }) =>
      app.request(`http://localhost/api/posts/${id}?strategy=${name}${query}`, { method: 'PATCH', headers, body }),
    )
    const answers = await Promise.all(asked)
    const done = { strategies: namesOf(instances.filter((_, i) => answers[i]!.ok)), key: postKey(id) }
    const failed = instances.flatMap(({ name }, i) => (answers[i]!.ok ? [] : [[name, answers[i]!] as const]))
    if (failed.length === 0) return done
    const failures = failed.map(async ([name, answer]) => {
      const { detail: why = `status ${answer.status}` } = (await answer.json()) as { detail?: string }
      return { name, why }
    })
    const detail = `the write of post ${id} failed ${byReason(await Promise.all(failures)).join('; ')}`
    return { ...done, failure: new Problem({ status: 503, code: 'not-written', detail }) }
  }

  return [
    {
      name: 'expire-hottest',
      title: 'Drop the hottest entry',
      about: 'Its next readers find nothing, as when it expires: how many of them load it from the database?',
      async run(instances) {
        const key = hottestKey()
        return { ...(await invalidate(instances, { keys: [key], tags: [], all: false })), key }
      },
    },
    {
      name: 'write-hottest',
      title: 'Write the hottest post',
      about: 'Through the cache, as the API does: do readers still get the old version?',
      run: (instances) => write(instances, ''),
    },
    {
      name: 'write-around',
      title: 'Write around the cache',
      about: 'As another program would, straight to the database: how long do readers get the old version?',
      run: (instances) => write(instances, '&write=direct'),
    },
    {
      name: 'flush',
      title: 'Flush',
      about: 'Drops every entry.',
      run: (instances) => invalidate(instances, { keys: [], tags: [], all: true }),
    },
    {
      name: 'cold-start',
      title: 'Cold start',
      about: 'Drops every entry and sets all figures to 0.',
      async run(instances) {
        const done = await invalidate(instances, { keys: [], tags: [], all: true })
        await reset(done.strategies)
        return done
      },
    },
    {
      name: 'kill-lease-holder',
      title: 'Kill the lease holder',
      about:
        'A process of this page takes the lease on the hottest post and is killed while others wait for it: for how long do they?',
      why: killLeaseHolder === undefined ? 'only over Redis, where another process can hold a lease' : undefined,
      async run(instances) {
        const names = namesOf(instances.filter(({ strategy }) => strategy.sharesLeases))
        if (names.length === 0) {
          const detail = `no other process can hold a lease under ${namesOf(instances).join(', ')}`
          throw new Problem({ status: 409, code: 'not-available', detail })
        }
        const key = hottestKey()
        const strategies = await killLeaseHolder!(names, key)
        if (strategies.length > 0) return { strategies, key }
        const detail = 'no process could take the lease on the hottest post'
        throw new Problem({ status: 503, code: 'no-lease', detail })
      },
    },
    {
      name: 'pause-redis',
      title: `Pause Redis for ${PAUSE_MS / 1_000} s`,
      about: 'Redis answers nobody: reads must bypass the cache, and the database gets all of them.',
      why:
        pauseRedis === undefined ? 'only for a Redis that pnpm dev started, since others may use this one' : undefined,
      async run(instances) {
        await pauseRedis!(PAUSE_MS)
        return { strategies: namesOf(instances) }
      },
    },
  ]
}

function namesOf(instances: readonly StrategyInstance[]): string[] {
  return instances.map(({ name }) => name)
}
