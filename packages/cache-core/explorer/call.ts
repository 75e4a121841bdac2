import { type Agent, EVERYTHING_WRITTEN, type Process, read, type Step, sentBy, type Touched, written } from './step.ts'

/** A call, for the scheduler and the story. */
export interface CallOptions<T> {
  /** `get row` */
  readonly what: string
  readonly execute: () => T | Promise<T>
  /** The data that it reads or writes when it takes effect. Default: all, as a write. */
  readonly touches?: readonly Touched[]
  /** Whether it wrote anything, by its answer. Default: always, if it may. */
  readonly hasWritten?: (answer: T) => boolean
  /** The answer in words: `nothing`. Default: the story omits it. */
  readonly trace?: (answer: T) => string
  /** The connection it is sent on. Default none: it can't be lost or delayed. */
  readonly line?: Line
  /** Sent by the server, unasked. */
  readonly isMessage?: boolean
}

/** A connection. */
export interface Line {
  readonly process: Process
  /** Whether commands take effect, and are answered, in the order in which they were sent. */
  readonly inOrder: boolean
  /** Nothing takes effect or arrives any more, and nobody is told. */
  isSilent?: boolean
  /** A message is lost only with the connection. */
  readonly losesNoMessage?: boolean
}

export type Trace = (line: StoryLine) => void

export interface StoryLine {
  readonly by: string
  readonly text: string
}

/** A running call: sent, then in effect, then answered. */
export class Call<T = unknown> implements Step {
  readonly heard: Promise<T>
  readonly agent: Agent
  readonly #number: number
  readonly #options: CallOptions<T>
  readonly #all: Call[]
  readonly #trace: Trace | undefined
  #resolve!: (answer: T) => void
  #reject!: (error: unknown) => void
  #outcome: { readonly answer: T } | { readonly error: unknown } | undefined
  #isLost = false
  #hasTouched: readonly Touched[] | undefined
  #isOver = false

  constructor(all: Call[], agent: Agent, options: CallOptions<T>, trace: Trace | undefined) {
    this.#all = all
    this.agent = agent
    this.#options = options
    this.#trace = trace
    this.#number = ++agent.calls
    this.heard = new Promise<T>((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  get line(): Line | undefined {
    return this.#options.line
  }
  get isMessage(): boolean {
    return this.#options.isMessage === true
  }
  get by(): string {
    return this.agent.name
  }
  get name(): string {
    return `${this.agent.name}.${this.#number}${this.isInEffect ? '<' : '>'}`
  }
  /** An answer makes its process act. */
  get touches(): readonly Touched[] {
    const { process } = this.agent
    if (this.isInEffect) return written(process.name)
    return [...(this.#options.touches ?? EVERYTHING_WRITTEN), ...read(sentBy(process))]
  }
  /** An answer touches only the data that it has declared. */
  get hasTouched(): readonly Touched[] | undefined {
    return this.#hasTouched
  }
  /** For the story. */
  get traced(): string {
    return `${this.by}'s ${this.#options.what}`
  }
  get isInEffect(): boolean {
    return this.#outcome !== undefined
  }
  /** The caller got an error, but the call may still take effect. */
  get isLost(): boolean {
    return this.#isLost
  }

  /** Whether it is the answer to a lookup of `name`, on its way. */
  answers(name: string): boolean {
    const [verb, ...names] = this.#options.what.split(/,? /)
    return this.isInEffect && verb === 'get' && names.includes(name)
  }

  isEnabled(): boolean {
    const { isPaused, isDead } = this.agent.process
    if (this.line?.isSilent || (this.isInEffect && (isPaused || isDead))) return false
    return this.line === undefined || !this.line.inOrder || this.#isNext()
  }

  #isNext(): boolean {
    for (const other of this.#all) {
      if (other === (this as unknown)) return true
      if (other.line === this.line && other.isInEffect === this.isInEffect) return false
    }
    return true
  }

  async take(): Promise<void> {
    if (this.#outcome !== undefined) {
      const outcome = this.#outcome
      this.#hasTouched = undefined
      this.#end()
      this.#trace?.({ by: this.by, text: `gets the answer to ${this.#options.what}` })
      if ('answer' in outcome) this.#resolve(outcome.answer)
      else this.#reject(outcome.error)
      return
    }
    try {
      const executed = this.#options.execute()
      const answer = executed instanceof Promise ? await executed : executed
      if (this.#options.hasWritten?.(answer) === false) this.#hasTouched = read(...this.touches.map(({ what }) => what))
      this.#outcome = { answer }
    } catch (error) {
      this.#outcome = { error }
    }
    this.#trace?.({ by: this.by, text: this.#story(this.#outcome) })
    if (this.#isLost) this.#end()
  }

  /** Loses the answer: the caller gets an error. If the call has not taken effect yet, it still may. */
  lose(error: Error): void {
    this.#isLost = true
    if (this.isInEffect) this.#end()
    this.#reject(error)
  }

  /** Refuses the call: the caller gets an error, and the call never takes effect. */
  refuse(error: Error): void {
    this.#end()
    this.#reject(error)
  }

  /** Drops the call without an answer. */
  drop(): void {
    this.#end()
  }

  #end(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#all.splice(this.#all.indexOf(this as unknown as Call), 1)
  }

  #story(outcome: { readonly answer: T } | { readonly error: unknown }): string {
    const { what, trace } = this.#options
    const late = this.#isLost ? ' (late)' : ''
    if ('error' in outcome) return `${what}${late} → fails`
    return trace === undefined ? `${what}${late}` : `${what}${late} → ${trace(outcome.answer)}`
  }
}
