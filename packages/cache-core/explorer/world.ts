/** One schedule: a row, processes with caches that show it, and the actors. */
import type { CacheListeners } from '../src/cache-event.ts'
import { createCache } from '../src/create-cache.ts'
import type { ReadGuarantee, ReadStrategy } from '../src/ports/strategy.ts'
import type { OpenBackend } from './backends.ts'
import type { Trace } from './call.ts'
import type { Chooser } from './choosers.ts'
import { LoadCount } from './load-count.ts'
import { Node } from './node.ts'
import { offered } from './offered.ts'
import { Oracle, Violation } from './oracle.ts'
import { type Actor, isOld, type Plan, questionsOf, type Task } from './plan.ts'
import { Scheduler, settled } from './scheduler.ts'
import { ACKNOWLEDGED, type Agent, written } from './step.ts'
import { LONG, SHORT, type Subject, type Times } from './subject.ts'

/** A row of the outbox: a committed write's invalidation, and whether the store has confirmed it. */
export interface OutboxRow {
  readonly keys: readonly string[]
  readonly tags: readonly string[]
  isDelivered: boolean
}

/** Runs a task in one process. Resolves with the last version it read, if any. */
export type Perform = (world: World, name: string, node: Node, task: Task) => Promise<number | undefined>

export interface WorldOptions {
  readonly plan: Plan
  readonly chooser: Chooser
  /** Injected, since tasks depend on the world. */
  readonly perform: Perform
  readonly trace: Trace | undefined
  /** Time passes only while no actor can take a step. Default false. */
  readonly isTimeLazy?: boolean
}

export class World {
  readonly scheduler: Scheduler
  readonly backend: OpenBackend
  readonly plan: Plan
  readonly times: Times
  readonly nodes: readonly Node[]
  readonly oracle: Oracle
  readonly loads: LoadCount
  /** The row's. */
  version = 1
  /** True from the first actor's start to the last one's end: moves are possible. */
  isUnderWay = false
  /** All actors of live processes have finished. The final checks follow. */
  hasFinished = false
  /** A command has failed, so reads may bypass the cache. */
  isTroubled = false
  readonly questions: ReadonlyMap<string, readonly string[]>
  readonly perform: Perform
  readonly #openNode: (index: number) => Node
  readonly #trace: Trace | undefined
  readonly guarantee: ReadGuarantee
  readonly #caches: boolean
  readonly #isTimeLazy: boolean
  #isPreparing = false
  readonly #begun = new Set<Actor>()
  readonly #unfinished = new Set<Actor>()
  readonly countsLoads: boolean
  readonly hasOutbox: boolean
  readonly #maxSteps: number
  readonly outbox: OutboxRow[] = []
  #violation: unknown

  constructor(
    { read, write, backend, variant }: Subject,
    { plan, chooser, perform, trace, isTimeLazy = false }: WorldOptions,
  ) {
    this.plan = plan
    this.#trace = trace
    this.#isTimeLazy = isTimeLazy
    this.perform = perform
    this.hasOutbox = variant?.hasOutbox ?? true
    this.countsLoads = backend.reportsKeyEvents
    this.#maxSteps = backend.maxSteps ?? 600
    this.scheduler = new Scheduler(chooser, {
      trace,
      isReal: backend.isReal === true,
      maxSteps: this.#maxSteps,
      isTimeLazy,
    })
    const passes = plan.moves.some(({ does }) => does === 'pass') || (backend.isReal && isOld(plan.before))
    const { ttlMs, leaseMs, staleMs } = passes ? SHORT : LONG
    const { pace = 1 } = backend
    this.times = { ttlMs: pace * ttlMs, leaseMs: pace * leaseMs, staleMs: pace * staleMs }
    const reading = this.#noticed(read(offered(this.times)))
    if (reading.lifetime !== undefined && reading.lifetime.ttlMs !== this.times.ttlMs)
      throw new Error('the read strategy ignored the given ttlMs')
    const writing = write()
    this.guarantee = reading.guarantee
    this.#caches = reading.lifetime !== undefined
    const now = () => this.scheduler.time.now
    this.questions = questionsOf(plan)
    this.oracle = new Oracle(reading, writing, now, backend.othersWithinMs)
    this.loads = new LoadCount(reading.guarantee, now, this.questions)
    this.backend = backend.open(this.scheduler, this.loads)
    this.#openNode = (index) => {
      const node = new Node(index)
      const runtime = this.scheduler.time.runtimeOf(node, this.scheduler.bind, () => 0.5)
      const store = this.backend.store(node, runtime, () => {
        this.isTroubled = true
      })
      const varied = variant?.store?.(store, node.name) ?? store
      node.store = varied
      const on: CacheListeners = {
        refresh: ({ key, finished }) => {
          this.trace?.({ by: node.name, text: `refreshes ${key}` })
          finished.catch(() => this.trace?.({ by: node.name, text: `its refresh fails: ${key}` }))
        },
      }
      const options = { store: varied, read: reading, write: writing, runtime, ...(trace && { on }) }
      const cache = createCache<number>(options)
      node.cache = variant?.cache?.(cache) ?? cache
      return node
    }
    this.nodes = Array.from({ length: plan.processes }, (_, i) => this.#openNode(i))
    for (const actor of plan.actors) this.#addActor(actor)
  }

  /** The actors that have not begun. */
  get unstarted(): readonly Actor[] {
    return this.plan.actors.filter((actor) => !this.#begun.has(actor))
  }

  /** Whether an actor of another name has not finished. */
  waitsForOthersThan(name: string): boolean {
    return [...this.#unfinished].some((actor) => actor.name !== name)
  }

  /** Whether no write will change the row any more. */
  get isCommitted(): boolean {
    return this.version > this.plan.actors.filter(({ task }) => task.does !== 'read').length
  }

  /** All keys that are read or written. */
  get keys(): readonly string[] {
    return [...this.questions.keys()]
  }

  get trace(): Trace | undefined {
    return this.#isPreparing ? undefined : this.#trace
  }

  pass(ms: number): Promise<void> {
    return this.scheduler.pass(ms)
  }

  /** A transaction: the row's next version and a row in the outbox, even if the process dies. */
  commit(keys: readonly string[], tags: readonly string[]): OutboxRow {
    this.version++
    const row = { keys, tags, isDelivered: false }
    this.outbox.push(row)
    return row
  }

  #addActor(actor: Actor): void {
    const node = this.nodes[actor.process]!
    this.#unfinished.add(actor)
    this.scheduler.steps.push({
      name: actor.name,
      by: actor.name,
      touches: written(node.name),
      isEnabled: () => !this.#begun.has(actor) && !node.isPaused && !node.isDead,
      take: () => {
        this.#begun.add(actor)
        this.isUnderWay = true
        this.trace?.({ by: actor.name, text: 'begins' })
        this.#start(actor, node, () => this.perform(this, actor.name, node, actor.task))
      },
    })
  }

  #start(actor: Pick<Actor, 'name'>, node: Node, task: () => Promise<unknown>): void {
    const agent: Agent = { name: actor.name, process: node, calls: 0 }
    this.scheduler.as(agent, task).then(
      () => this.#unfinished.delete(actor as Actor),
      (error) => {
        this.#violation ??= error
      },
    )
  }

  /** Records a violation that might not reach a caller: a refresh has no reader, and a fallback hides the error. */
  violated(violation: Violation): void {
    this.#violation ??= violation
  }

  /** The same strategy, with early refreshes counted: such an entry has already justified its load before it expires. */
  #noticed(strategy: ReadStrategy): ReadStrategy {
    if (strategy.lifetime === undefined) return strategy
    return {
      ...strategy,
      evaluate: (entry, look) => {
        const verdict = strategy.evaluate(entry, look)
        if (verdict === 'refresh') {
          this.scheduler.touch(written(look.key))
          this.loads.refreshing(look.key, entry)
        }
        return verdict
      },
    }
  }

  /** Another process reads everything, undisturbed. Then time passes until the entries are as old as planned. */
  async prepare(): Promise<void> {
    const { before } = this.plan
    if (this.#isTimeLazy) {
      for (const node of this.nodes) {
        const agent: Agent = { name: 'before', process: node, calls: 0, isUndisturbed: true }
        await this.scheduler.as(agent, () => node.store.get('another key', []))
      }
    }
    if (before === 'nothing' || !this.#caches) return
    const { ttlMs, leaseMs } = this.times
    const loadMs = isOld(before) ? leaseMs / 2 : 0
    const node = this.#openNode(this.nodes.length)
    const agent: Agent = { name: 'before', process: node, calls: 0, isUndisturbed: true }
    this.#isPreparing = true
    await settled()
    for (const [key, tags] of this.questions) {
      const task = { does: 'read', key, tags, times: 1, loadFails: false, loadMs } as const
      await this.scheduler.as(agent, () => this.perform(this, agent.name, node, task))
    }
    node.isDead = true
    if (isOld(before)) await this.pass(ttlMs - loadMs + (before === 'expired' ? leaseMs : -leaseMs) / 6)
    this.#isPreparing = false
    const cached = this.keys
    const are = cached.length === 1 ? 'is' : 'are'
    this.trace?.({ by: agent.name, text: `${cached.join(' and ')} ${are} cached, ${before}` })
  }

  /** Runs until all living actors have finished. */
  async finish(): Promise<void> {
    const isDone = () => this.#unfinished.size === 0
    let hasEnded = await this.run(isDone)
    for (const node of this.nodes) node.isPaused = false
    if (!isDone() && hasEnded) hasEnded = await this.run(isDone)
    this.isUnderWay = false
    this.hasFinished = true
    const waiting = [...this.#unfinished].filter(({ process }) => !this.nodes[process]!.isDead)
    if (waiting.length === 0 && hasEnded) return
    const names = waiting.map(({ name }) => name).join(', ')
    throw new Violation(
      'every caller gets an answer',
      `${names || 'a caller'} ${hasEnded ? 'got no answer' : `has no answer after ${this.#maxSteps} steps`}`,
    )
  }

  /** Takes steps until `isDone`. @returns false if it does not end. */
  async run(isDone: () => boolean): Promise<boolean> {
    const hasEnded = await this.scheduler.run(() => {
      if (this.isTroubled) this.#noteFlushed()
      return this.#violation !== undefined || isDone()
    })
    if (this.#violation !== undefined) throw this.#violation
    return hasEnded
  }

  #noteFlushed(): void {
    for (const node of this.nodes) {
      if (this.backend.troubles?.hasPending(node)) continue
      if (this.oracle.flushed(node)) this.scheduler.touch(written(ACKNOWLEDGED))
    }
  }

  /** Performs a task in one process, to its end. */
  async do(node: Node, name: string, task: () => Promise<unknown>): Promise<void> {
    let isOver = false
    this.#start({ name }, node, async () => {
      await task()
      isOver = true
    })
    await this.run(() => isOver)
    if (!isOver) throw new Violation('every caller gets an answer', `${name} got none`)
  }
}
