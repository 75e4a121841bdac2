/**
 * Processes that write behind an emulated queue, with flushers that pause and die, under the explorer's scheduler: each call to the
 * store, the queue or the database is two steps, its effect and its answer.
 */
import type { SeededRandom } from 'workload'
import { createCache } from '../src/create-cache.ts'
import { Flushing } from '../src/flushing.ts'
import type { CachingStrategy } from '../src/ports/strategy.ts'
import { cacheAside } from '../src/strategies/cache-aside.ts'
import { invalidate } from '../src/strategies/invalidate.ts'
import { writeBehind } from '../src/strategies/write-behind.ts'
import { randomChooser } from './choosers.ts'
import { Node } from './node.ts'
import { emulatedQueue, type OpenQueue, type QueueBackend } from './queue-backends.ts'
import { removal, renaming } from './queue-changes.ts'
import { QueueOracle, QueueViolation } from './queue-oracle.ts'
import { QueueTable, type Row } from './queue-table.ts'
import { Scheduler } from './scheduler.ts'
import { type Agent, EVERYTHING_WRITTEN } from './step.ts'

/** What is explored. A broken variant replaces a part. */
export interface QueueSubject {
  /** Default emulated. */
  readonly backend?: QueueBackend
  readonly table?: new () => QueueTable
  readonly flushing?: typeof Flushing
}

const KEYS = ['a', 'b']
const lookAside = cacheAside({ ttlMs: 10_000, leaseMs: 60 })
/** The second one refreshes at each hit, so that a write may find a lease beside its entry. */
const READS: readonly CachingStrategy[] = [lookAside, { ...lookAside, evaluate: () => 'refresh' }]
const TAKE_OVER_MS = 100
const MAX_STEPS = 6_000

type Process = ReturnType<QueueWorld['process']>

export class QueueWorld {
  readonly scheduler: Scheduler
  readonly table: QueueTable
  readonly oracle = new QueueOracle()
  /** What happened, for coverage. */
  readonly seen = new Map<string, number>()
  readonly #rng: SeededRandom
  readonly #subject: QueueSubject
  readonly #queue: OpenQueue
  readonly #flushers: Node[] = []
  #running = 0
  #isOver = false
  #failure: unknown
  #agents = 0
  #lastList: readonly (Row | undefined)[] | undefined

  constructor(subject: QueueSubject, rng: SeededRandom) {
    this.#subject = subject
    this.#rng = rng
    const { backend = emulatedQueue() } = subject
    const { isReal } = backend
    const options = { trace: undefined, isReal, maxSteps: MAX_STEPS, isTimeLazy: isReal }
    this.scheduler = new Scheduler(randomChooser(rng), options)
    this.table = new (subject.table ?? QueueTable)()
    this.#queue = backend.open(this.scheduler)
  }

  /** @throws QueueViolation */
  async play(): Promise<void> {
    try {
      await this.#play()
    } finally {
      await this.#queue.close()
    }
  }

  async #play(): Promise<void> {
    for (const key of KEYS) this.table.insert(key)
    const processes = [this.process(), this.process()]
    for (let i = 0; i < 3; i++) this.#actor('W', processes[i % 2]!, (process, by) => this.#write(process, by))
    for (let i = 0; i < 2; i++) this.#actor('R', processes[i % 2]!, (process) => this.#read(process))
    this.#actor('L', processes[0]!, (process) => this.#list(process))
    for (let i = 0; i < 2; i++) this.#flusher()
    this.#addMoves()
    const isDone = () => this.#running === 0 || this.#failure !== undefined
    if (!(await this.scheduler.run(isDone)) || !isDone()) throw new QueueViolation('every caller gets an answer')
    if (this.#failure !== undefined) throw this.#failure
    await this.#drain()
    this.oracle.check(this.table, KEYS)
    await this.#readAll(this.process(true))
  }

  process(isUndisturbed = false) {
    const node = new Node(this.#agents)
    const agent: Agent = { name: `P${this.#agents++}`, process: node, calls: 0, isUndisturbed }
    const { scheduler, table } = this
    const runtime = scheduler.time.runtimeOf(node, scheduler.bind, () => this.#rng.below(1_000) / 1_000)
    const { store, log } = this.#queue.connect(runtime)
    const parts = { store, read: this.#rng.pick(READS), runtime }
    const rows = createCache<Row>({ ...parts, write: writeBehind({ log, otherwise: invalidate() }) })
    const lists = createCache<readonly (Row | undefined)[]>({ ...parts, write: invalidate() })
    const load = (key: string) => scheduler.call({ what: `load ${key}`, execute: () => table.row(key) })
    return { agent, node, runtime, store, log, rows, lists, load }
  }

  #actor(kind: string, process: Process, act: (process: Process, by: string) => Promise<void>): void {
    const name = `${kind}${++this.#running}`
    const agent: Agent = { name, process: process.node, calls: 0 }
    void this.scheduler.as(agent, async () => {
      try {
        const times = 1 + this.#rng.below(3)
        for (let i = 0; i < times; i++) await act(process, `${name}.${i}`)
      } catch (failure) {
        this.#failure ??= failure
      }
      this.#running--
    })
  }

  async #write({ rows, load }: Process, by: string): Promise<void> {
    const key = this.#rng.pick(KEYS)
    const { scheduler, table } = this
    const commit = <R>(execute: () => R) => scheduler.call({ what: `commit ${key}`, execute })
    if (this.#rng.oneIn(8)) {
      this.oracle.deleting(key)
      const { result, ack } = await rows.write(removal(key, load), () => commit(() => ({ found: table.delete(key) })))
      this.#saw(`a deletion in ${ack}`)
      if (result.found) this.oracle.deleted(key)
      return
    }
    const change = renaming(key, by, load, this.#rng.oneIn(6))
    const { result, ack } = await rows.write(change, () => commit(() => ({ row: table.update(key, by) })))
    this.#saw(`a write in ${ack}`)
    if (result.row !== undefined) this.oracle.acknowledged(key, result.row)
  }

  async #read({ rows, load }: Process): Promise<void> {
    const key = this.#rng.pick(KEYS)
    const floor = this.oracle.floor(key)
    const { value, outcome } = await rows.read(key, () => load(key))
    this.#saw(`a ${outcome}`)
    this.oracle.read(key, floor, value)
  }

  async #list({ lists }: Process): Promise<void> {
    const execute = () => KEYS.map((key) => this.table.row(key) ?? null) as (Row | undefined)[]
    const load = () => this.scheduler.call({ what: 'load list', execute })
    const { value } = await lists.read('list', load, { tags: ['rows'] })
    this.#lastList = value
  }

  #flusher(takeOverAfterMs = TAKE_OVER_MS): Flushing {
    const process = this.process()
    this.#flushers.push(process.node)
    const flushing = this.#flushingOf(process, takeOverAfterMs)
    void this.scheduler.as(process.agent, async () => {
      while (!this.#isOver) {
        await flushing.round().catch(() => {})
        await process.runtime.sleep(20)
      }
    })
    return flushing
  }

  #flushingOf({ agent, log, store }: Process, takeOverAfterMs: number): Flushing {
    const { scheduler, table } = this
    return new (this.#subject.flushing ?? Flushing)({
      log,
      store,
      apply: async (writes) => scheduler.call({ what: 'apply', execute: () => table.apply(writes) }),
      batch: 10,
      consumer: agent.name,
      takeOverAfterMs,
      isRefused: undefined,
      onDead: undefined,
    })
  }

  #addMoves(): void {
    const move = (name: string, times: number, take: () => void | Promise<void>, isEnabled = () => true) => {
      for (let i = 0; i < times; i++) {
        let wasTaken = false
        this.scheduler.steps.push({
          name: `${name}#${i}`,
          by: 'adversary',
          touches: EVERYTHING_WRITTEN,
          isMove: true,
          isEnabled: () => !wasTaken && isEnabled(),
          take: () => {
            wasTaken = true
            this.#saw(name)
            return take()
          },
        })
      }
    }
    const first = (which: (node: Node) => boolean) => this.#flushers.find((node) => !node.isDead && which(node))
    const isIdle = (node: Node) => !node.isPaused
    move('evict', this.#rng.below(4), () => this.#queue.evict())
    const pausing = (node: Node | undefined, isPaused: boolean) => {
      node!.isPaused = isPaused
    }
    const isAsleep = (node: Node) => node.isPaused
    move(
      'pause',
      2,
      () => pausing(first(isIdle), true),
      () => first(isIdle) !== undefined,
    )
    move(
      'wake',
      2,
      () => pausing(first(isAsleep), false),
      () => first(isAsleep) !== undefined,
    )
    move('kill', this.#rng.below(3), () => {
      first(() => true)!.isDead = true
      this.#flusher()
    })
  }

  /** The queue drains, whatever the other flushers do meanwhile and afterwards. */
  async #drain(): Promise<void> {
    this.#isOver = true
    const last = this.process(true)
    const flushing = this.#flushingOf(last, 0)
    const round = () => this.scheduler.as(last.agent, () => flushing.round())
    for (let i = 0; i < 20 && (await this.#queue.left()).queued > 0; i++) await round()
    for (const node of this.#flushers) node.isPaused = false
    await this.scheduler.run(() => false)
    for (let i = 0; i < 20 && (await this.#queue.left()).queued > 0; i++) await round()
    const { queued, pending, dead } = await this.#queue.left()
    if (queued + pending + dead > 0) {
      const message = `${queued} queued, ${pending} pending, ${dead} dead`
      throw new QueueViolation('the queue is empty after a drain', message)
    }
  }

  async #readAll(process: Process): Promise<void> {
    await this.scheduler.as(process.agent, async () => {
      for (const key of KEYS) {
        this.oracle.read(key, this.oracle.floor(key), (await process.rows.read(key, () => process.load(key))).value)
      }
      await this.#list(process)
    })
    const current = JSON.stringify(KEYS.map((key) => this.table.row(key) ?? null))
    if (JSON.stringify(this.#lastList) === current) return
    throw new QueueViolation('a list is current after a drain', `${JSON.stringify(this.#lastList)}, not ${current}`)
  }

  #saw(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1)
  }
}
