/** One schedule: a row, processes with caches that show it, and who does what to them. */
import { type Cache, createCache } from '../../create-cache.ts'
import type { Store } from '../../ports/store.ts'
import type { ReadStrategy, WriteStrategy } from '../../ports/strategy.ts'
import { addMoves } from './adversary.ts'
import type { Tell } from './call.ts'
import type { Chooser } from './choosers.ts'
import { Breach, Judge } from './judge.ts'
import { LoadCount } from './load-count.ts'
import type { OpenPlace, Place } from './places.ts'
import type { Actor, Plan } from './plan.ts'
import { type Agent, type Process, Scheduler } from './scheduler.ts'
import { perform, readRow } from './tasks.ts'

/** What is explored: a read strategy × a write strategy × a place to keep entries. */
export interface Subject {
  readonly name: string
  readonly read: (times: Times) => ReadStrategy
  readonly write: () => WriteStrategy
  readonly place: Place
  /** Replaces a part, to see what comes of it. */
  readonly variant?: Variant
}

export interface Variant {
  readonly store?: (store: Store, process: string) => Store
  readonly cache?: (cache: Cache<number>) => Cache<number>
  /** Whether an outbox's relay voids what writers could not. Default true. */
  readonly hasOutbox?: boolean
}

/** In milliseconds. */
export interface Times {
  readonly ttlMs: number
  readonly leaseMs: number
}

/** Shorter than the deadline of a command, so that entries and leases end while commands are under way. */
const SHORT: Times = { ttlMs: 100, leaseMs: 30 }
/** Longer than any outage, so that nothing gets right only because its time is over. */
const LONG: Times = { ttlMs: 600_000, leaseMs: 30 }

export class Member implements Process {
  readonly name: string
  readonly skewMs: number
  isPaused = false
  isDead = false
  cache!: Cache<number>

  constructor(index: number) {
    this.name = `P${index + 1}`
    this.skewMs = index * 1_000_000
  }
}

/** A row of the outbox: what a committed write voids, and whether the store has confirmed it. */
export interface OutboxRow {
  readonly keys: readonly string[]
  readonly tags: readonly string[]
  isDelivered: boolean
}

export class World {
  readonly scheduler: Scheduler
  readonly place: OpenPlace
  readonly plan: Plan
  readonly times: Times
  readonly members: readonly Member[]
  readonly judge: Judge
  readonly loads: LoadCount
  readonly tell: Tell | undefined
  /** The row's. */
  version = 1
  /** From the first actor's beginning to the last one's end: the time for moves. */
  isUnderWay = false
  /** A command has failed: reads may go past the cache. */
  isTroubled = false
  readonly #questions: ReadonlyMap<string, readonly string[]>
  readonly #unfinished = new Set<Actor>()
  readonly #countsLoads: boolean
  readonly #hasOutbox: boolean
  readonly #outbox: OutboxRow[] = []
  #breach: unknown

  constructor({ read, write, place, variant }: Subject, plan: Plan, chooser: Chooser, tell?: Tell) {
    this.plan = plan
    this.tell = tell
    this.#hasOutbox = variant?.hasOutbox ?? true
    this.#countsLoads = place.tellsHappenings
    this.scheduler = new Scheduler(chooser, { tell, isReal: place.isReal === true })
    const { ttlMs, leaseMs } = plan.moves.some(({ does }) => does === 'pass') ? SHORT : LONG
    const { pace = 1 } = place
    this.times = { ttlMs: pace * ttlMs, leaseMs: pace * leaseMs }
    const reading = read(this.times)
    const writing = write()
    const now = () => this.scheduler.time.now
    this.#questions = questionsOf(plan)
    this.judge = new Judge(reading, writing, now)
    this.loads = new LoadCount(reading.promise, now, this.#questions)
    this.place = place.open(this.scheduler, this.loads)
    this.members = Array.from({ length: plan.processes }, (_, i) => {
      const member = new Member(i)
      const runtime = this.scheduler.time.runtimeOf(member, this.scheduler.bind, () => 0.5)
      const store = this.place.store(member, runtime, () => {
        this.isTroubled = true
      })
      const varied = variant?.store?.(store, member.name) ?? store
      const cache = createCache<number>({ store: varied, read: reading, write: writing, runtime })
      member.cache = variant?.cache?.(cache) ?? cache
      return member
    })
    for (const actor of plan.actors) this.#addActor(actor)
    addMoves(this)
  }

  /** @throws Breach */
  async play(): Promise<void> {
    await this.#finish()
    if (this.place.troubles !== undefined) await this.#settleDebts()
    if (!this.isTroubled && this.#countsLoads) this.loads.check()
    if (this.#hasOutbox) await this.#relay()
    await this.#judgeEnd()
  }

  pass(ms: number): Promise<void> {
    return this.scheduler.pass(ms)
  }

  /** A transaction: the row's next version, and a row in the outbox, whatever becomes of the process. */
  commit(keys: readonly string[], tags: readonly string[]): OutboxRow {
    this.version++
    const row = { keys, tags, isDelivered: false }
    this.#outbox.push(row)
    return row
  }

  #addActor(actor: Actor): void {
    const member = this.members[actor.process]!
    let hasBegun = false
    this.#unfinished.add(actor)
    this.scheduler.steps.push({
      name: actor.name,
      by: actor.name,
      isEnabled: () => !hasBegun && !member.isPaused && !member.isDead,
      take: () => {
        hasBegun = true
        this.isUnderWay = true
        this.tell?.({ by: actor.name, text: 'begins' })
        this.#start(actor, member, () => perform(this, actor, member))
      },
    })
  }

  #start(actor: Pick<Actor, 'name'>, member: Member, task: () => Promise<unknown>): void {
    const agent: Agent = { name: actor.name, process: member, calls: 0 }
    this.scheduler.as(agent, task).then(
      () => this.#unfinished.delete(actor as Actor),
      (error) => {
        this.#breach ??= error
      },
    )
  }

  /** Runs until everybody who lives has finished. */
  async #finish(): Promise<void> {
    const isDone = () => this.#unfinished.size === 0
    let hasEnded = await this.#run(isDone)
    for (const member of this.members) member.isPaused = false
    if (!isDone() && hasEnded) hasEnded = await this.#run(isDone)
    this.isUnderWay = false
    const waiting = [...this.#unfinished].filter(({ process }) => !this.members[process]!.isDead)
    if (waiting.length === 0 && hasEnded) return
    const names = waiting.map(({ name }) => name).join(', ')
    throw new Breach(
      'nobody is left waiting',
      `${names || 'somebody'} ${hasEnded ? 'got no answer' : 'goes on for ever'}`,
    )
  }

  async #run(isDone: () => boolean): Promise<boolean> {
    const hasEnded = await this.scheduler.run(() => {
      if (this.isTroubled) this.#notePaid()
      return this.#breach !== undefined || isDone()
    })
    if (this.#breach !== undefined) throw this.#breach
    return hasEnded
  }

  #notePaid(): void {
    for (const member of this.members) if (!this.place.troubles?.isOwing(member)) this.judge.paid(member)
  }

  /** Mends what is cut and lets every process deliver what it owes. */
  async #settleDebts(): Promise<void> {
    const { troubles } = this.place
    const alive = this.members.filter(({ isDead }) => !isDead)
    for (const member of alive) troubles!.setCut(member, false)
    const isSettled = () => alive.every((member) => !troubles!.isOwing(member) && !troubles!.isAway(member))
    await this.#run(isSettled)
    if (!isSettled())
      throw new Breach('what is owed is paid', 'an invalidation is still owed, though the store is back')
  }

  /** The outbox's relay voids what no store has confirmed: its writer died, or could not, or never learned of its commit. */
  async #relay(): Promise<void> {
    const heir = this.members.find(({ isDead }) => !isDead)!
    for (const { keys, tags, isDelivered } of this.#outbox) {
      if (!isDelivered) await this.#do(heir, 'outbox', () => heir.cache.invalidate({ keys, tags }))
    }
  }

  async #judgeEnd(): Promise<void> {
    if (!this.judge.readsAfterWrites) {
      // Where nothing but time makes a value current, time passes first; and nothing is under way that it would time out.
      await this.#run(() => this.scheduler.pending.every(({ agent }) => agent.process.isDead))
      await this.pass(this.times.ttlMs + 1)
    }
    for (const member of this.members) {
      if (member.isDead) continue
      for (const [key, tags] of this.#questions) {
        let version: number | undefined
        const task = { does: 'read', key, tags, loadFails: false } as const
        await this.#do(member, `${member.name} afterwards`, async () => {
          version = await readRow(this, `${member.name} afterwards`, member, task)
        })
        if (version === this.version) continue
        const message = `afterwards ${member.name} reads ${key} → v${version}, though the row is v${this.version}`
        throw new Breach('nothing is permanently stale', message)
      }
    }
  }

  async #do(member: Member, name: string, task: () => Promise<unknown>): Promise<void> {
    let isOver = false
    this.#start({ name }, member, async () => {
      await task()
      isOver = true
    })
    await this.#run(() => isOver)
    if (!isOver) throw new Breach('nobody is left waiting', `${name} got no answer`)
  }
}

/** What is asked of the caches in the end: all that was read or written, with the tags it carries. */
function questionsOf({ actors }: Plan): ReadonlyMap<string, readonly string[]> {
  const questions = new Map<string, readonly string[]>()
  for (const { task } of actors) {
    if (task.does === 'read') questions.set(task.key, task.tags)
    if (task.does === 'write') for (const key of task.change.keys) questions.set(key, task.change.entryTags)
  }
  return questions
}
