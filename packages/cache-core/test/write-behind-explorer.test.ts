/** Random schedules of writers, readers, flushers that pause and die, and evictions. Each safeguard taken out is found. */
import { describe, expect, it } from 'vitest'
import { seededRandom } from 'workload'
import { EmulatedQueue } from '../explorer/emulated-queue.ts'
import { emulatedQueue } from '../explorer/queue-backends.ts'
import { type QueueInvariant, QueueViolation } from '../explorer/queue-oracle.ts'
import { QueueTable } from '../explorer/queue-table.ts'
import { type QueueSubject, QueueWorld } from '../explorer/queue-world.ts'
import { Flushing, type FlushingParts } from '../src/flushing.ts'
import type { FlushedWrite, TakenWrite } from '../src/index.ts'

const SCHEDULES = Number(process.env.EXPLORER_SCHEDULES ?? (process.env.SLOW === '1' ? 5_000 : 600))
const SEED = Number(process.env.EXPLORER_SEED ?? 1)
const MAX_SCHEDULES = 8_000
const TIMEOUT_MS = 120_000

async function explore(subject: QueueSubject, schedules: number) {
  const seen = new Map<string, number>()
  let steps = 0
  for (let n = 0; n < schedules; n++) {
    if (n % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
    const world = new QueueWorld(
      subject,
      seededRandom(Math.imul(SEED ^ Math.imul(n + 1, 0x9e3779b1), 0x85ebca6b) >>> 0),
    )
    try {
      await world.play()
    } catch (error) {
      if (!(error instanceof QueueViolation)) throw error
      return { after: n + 1, violation: error, seen, steps, schedule: world.scheduler.taken }
    }
    steps += world.scheduler.taken.length
    for (const [what, times] of world.seen) seen.set(what, (seen.get(what) ?? 0) + times)
  }
  return { seen, steps }
}

it(
  `holds in ${SCHEDULES} schedules, and reaches the critical situations`,
  async () => {
    const { violation, seen, steps } = await explore({}, SCHEDULES)
    expect(violation).toBeUndefined()
    console.log(`${SCHEDULES} schedules, ${steps} steps`, Object.fromEntries(seen))
    for (const what of ['a write in memory', 'a write in database', 'a deletion in memory', 'a deletion in database']) {
      expect(seen.get(what) ?? 0, what).toBeGreaterThan(SCHEDULES / 100)
    }
    for (const what of ['evict', 'pause', 'wake', 'kill', 'a hit', 'a miss', 'a collapsed']) {
      expect(seen.get(what) ?? 0, what).toBeGreaterThan(SCHEDULES / 100)
    }
  },
  TIMEOUT_MS,
)

class ChecksNoBasis extends EmulatedQueue {
  protected override stands(): boolean {
    return true
  }
}
class RevokesNoLease extends EmulatedQueue {
  protected override keep(): void {}
}
class ClearsWithoutCompare extends EmulatedQueue {
  protected override clear({ key }: TakenWrite): boolean {
    return this.pending.delete(key)
  }
}
class HasNoBacklog extends EmulatedQueue {
  override newest(): undefined {
    return undefined
  }
}
class BlocksNothing extends EmulatedQueue {
  override beginDirect(key: string): boolean {
    return this.pending.has(key)
  }
}
class WaitsForNothing extends EmulatedQueue {
  override beginDirect(key: string, token: string): boolean {
    super.beginDirect(key, token)
    return false
  }
}
class Upserts extends QueueTable {
  protected override mayApply(key: string, id: number): boolean {
    return (this.rows.get(key)?.storedId ?? 0) < id
  }
}
class AppliesOlder extends QueueTable {
  protected override mayApply(key: string): boolean {
    return this.rows.has(key)
  }
}
/** Tells the queue before the database has the writes. */
class DoneFirst extends Flushing {
  constructor(parts: FlushingParts) {
    const { log, apply } = parts
    let taken: TakenWrite[] = []
    super({
      ...parts,
      log: {
        ...log,
        async take(bucket, request) {
          const writes = await log.take(bucket, request)
          taken = [...taken, ...writes]
          return writes
        },
        async done() {},
      },
      async apply(writes: readonly FlushedWrite[]) {
        const mine = taken
        taken = []
        await log.done(0, mine)
        await apply(writes)
      },
    })
  }
}
class InvalidatesNoTags extends Flushing {
  constructor(parts: FlushingParts) {
    super({ ...parts, store: { invalidate: () => true } })
  }
}
class TagsBeforeCommit extends Flushing {
  constructor(parts: FlushingParts) {
    super({
      ...parts,
      store: { invalidate: () => true },
      async apply(writes) {
        await parts.store.invalidate([], ['rows'])
        await parts.apply(writes)
      },
    })
  }
}

const last = 'the database ends at the last acknowledged write'
const old = 'no read is older than an acknowledged write'
const once = 'a version is given once'
const back = 'the database never goes back'
const list = 'a list is current after a drain'
const broken: readonly { readonly what: string; readonly subject: QueueSubject; readonly breaks: QueueInvariant[] }[] =
  [
    {
      what: 'a write is queued without a check of its basis',
      subject: { backend: emulatedQueue(ChecksNoBasis) },
      breaks: [once, last],
    },
    {
      what: 'a write revokes no lease',
      subject: { backend: emulatedQueue(RevokesNoLease) },
      breaks: [once, old, last],
    },
    {
      what: 'a flushed write ends a newer pending one',
      subject: { backend: emulatedQueue(ClearsWithoutCompare) },
      breaks: [once, old, last],
    },
    {
      what: 'reads and writes ask no backlog',
      subject: { backend: emulatedQueue(HasNoBacklog) },
      breaks: [once, old, last],
    },
    {
      what: 'writes are queued during a direct one',
      subject: { backend: emulatedQueue(BlocksNothing) },
      breaks: [once, last, back],
    },
    {
      what: 'a direct write waits for no queued one',
      subject: { backend: emulatedQueue(WaitsForNothing) },
      breaks: [once, last, back, old],
    },
    { what: 'apply inserts', subject: { table: Upserts }, breaks: [last, back, old] },
    { what: 'apply accepts an older write', subject: { table: AppliesOlder }, breaks: [last, back, old] },
    { what: 'the queue is told before the commit', subject: { flushing: DoneFirst }, breaks: [last, old, once] },
    { what: 'tags are not invalidated', subject: { flushing: InvalidatesNoTags }, breaks: [list] },
    { what: 'tags are invalidated before the commit', subject: { flushing: TagsBeforeCommit }, breaks: [list] },
  ]

describe('finds it if', () => {
  it.each(broken)(
    '$what',
    async ({ what, subject, breaks }) => {
      const { violation, after } = await explore(subject, MAX_SCHEDULES)
      console.log(`${what}: after ${after} schedules: ${violation?.message}`)
      expect(breaks).toContain(violation?.invariant)
    },
    TIMEOUT_MS,
  )
})
