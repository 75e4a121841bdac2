/** The state of a world's row after each line of a story: read from the database and the server, not worked out from the story. */
import { traceEntry } from '../explorer/commands.ts'
import type { Observe, StoryLine } from '../explorer/index.ts'
import type { World } from '../explorer/world.ts'
import { Entry } from '../src/entry.ts'

export interface RowState {
  /** The row's version: `v2`. */
  readonly database: string
  /** The version of the entry under the key that is read. Absent: there is no entry. */
  readonly cache?: string
  /** The entry's tag has another epoch by now, so no reader uses the entry. */
  readonly isOutdated?: true
  /** The caller whose token is in the lease, and which may fill. Absent: there is no lease. */
  readonly lease?: string
  /** The newest version that was acknowledged. */
  readonly acknowledged: string
  /** A process has an invalidation that it could not deliver. */
  readonly isPending?: true
}

export interface ToldLine extends StoryLine {
  readonly state: RowState
}

/** Pass `observe` to a replay; `told` then has its story. */
export function watch(): { readonly observe: Observe; readonly told: readonly ToldLine[] } {
  const told: ToldLine[] = []
  /** By token. A token is new in the lease in the line that tells who took it. */
  const holders = new Map<string, string>()
  let acknowledged = 1
  return {
    told,
    observe(line, world) {
      // Two writes may be acknowledged in the opposite order.
      acknowledged = Math.max(acknowledged, Number(/^v(\d+) is acknowledged/.exec(line.text)?.[1] ?? 1))
      const token = leaseToken(world)
      if (token !== undefined && !holders.has(token)) holders.set(token, line.by)
      const lease = token === undefined ? {} : { lease: holders.get(token)! }
      const { troubles } = world.backend
      const isPending = world.nodes.some((node) => !node.isDead && troubles?.hasPending(node) === true)
      told.push({
        ...line,
        state: {
          database: `v${world.version}`,
          ...cached(world),
          ...lease,
          acknowledged: `v${acknowledged}`,
          ...(isPending && { isPending }),
        },
      })
    },
  }
}

function leaseToken(world: World): string | undefined {
  const lease = look(world, `lease ${world.keys[0]}`)
  return lease && /^\d{16}(.*)$/.exec(lease.toString('latin1'))?.[1]
}

function cached(world: World): Pick<RowState, 'cache' | 'isOutdated'> {
  const [[key, tags]] = [...world.questions] as [[string, readonly string[]]]
  const bytes = look(world, `entry ${key}`)
  if (bytes === undefined) return {}
  const isUsable = Entry.decode(bytes, key)?.hasEpochs(tags.map((tag) => look(world, `tag ${tag}`))) === true
  return { cache: traceEntry(bytes, key), ...(!isUsable && { isOutdated: true }) }
}

/** @throws Error if the backend can't be looked into, or only asynchronously */
function look({ backend }: World, what: string): Buffer | undefined {
  const bytes = backend.look?.(what)
  if (bytes === undefined || bytes instanceof Promise) throw new Error('only an emulated server shows its items')
  return bytes ?? undefined
}
