import type { Agent, Process, Step } from './step.ts'

/** What a call is, to the scheduler and in the story. */
export interface CallOptions<T> {
  /** `get row` */
  readonly what: string
  readonly execute: () => T | Promise<T>
  /** The answer in words: `nothing`. Default: it needs none. */
  readonly trace?: (answer: T) => string
  /** The connection it is sent on. Default: it is nobody's to lose or to hold back. */
  readonly line?: Line
}

/** A connection. */
export interface Line {
  readonly process: Process
  /** Whether commands take effect, and are answered, in the order in which they were sent. */
  readonly inOrder: boolean
}

export type Trace = (line: StoryLine) => void

export interface StoryLine {
  readonly by: string
  readonly text: string
}

/** A call under way: sent, then in effect, then heard of. */
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
  get by(): string {
    return this.agent.name
  }
  get name(): string {
    return `${this.agent.name}.${this.#number}${this.isInEffect ? '<' : '>'}`
  }
  /** In the story's words. */
  get traced(): string {
    return `${this.by}'s ${this.#options.what}`
  }
  get isInEffect(): boolean {
    return this.#outcome !== undefined
  }
  /** The caller has been told that it failed; it may take effect all the same. */
  get isLost(): boolean {
    return this.#isLost
  }

  isEnabled(): boolean {
    const { isPaused, isDead } = this.agent.process
    if (this.isInEffect && (isPaused || isDead)) return false
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
      this.#end()
      this.#trace?.({ by: this.by, text: `hears of: ${this.#options.what}` })
      if ('answer' in outcome) this.#resolve(outcome.answer)
      else this.#reject(outcome.error)
      return
    }
    try {
      const answer = this.#options.execute()
      this.#outcome = { answer: answer instanceof Promise ? await answer : answer }
    } catch (error) {
      this.#outcome = { error }
    }
    this.#trace?.({ by: this.by, text: this.#story(this.#outcome) })
    if (this.#isLost) this.#end()
  }

  /** Its answer is lost: the caller is told that it failed, and if it has not taken effect yet, it may still. */
  lose(error: Error): void {
    this.#isLost = true
    if (this.isInEffect) this.#end()
    this.#reject(error)
  }

  /** It is refused: the caller is told so, and it never takes effect. */
  refuse(error: Error): void {
    this.#end()
    this.#reject(error)
  }

  /** It never happens. Nobody is told. */
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
