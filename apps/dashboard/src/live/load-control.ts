/** Starts and stops a load, and says what runs. */
import { api } from './api.ts'
import type { LoadSettings, LoadState } from './api-types.ts'
import { h, setText } from './dom.ts'
import { clock, count, duration, percent } from './format.ts'
import { type LoadField, loadFields, settingOf, shownValue } from './load-fields.ts'
import { ProblemLine } from './problem-line.ts'

/** Until the API has told its own. */
const LIMITS: LoadState['limits'] = { ratePerSecond: 200, seconds: 60 }

export interface LoadControlOptions {
  /** Values of fields, as typed. */
  readonly typed: Readonly<Record<string, string>>
  /** Those that get the load. Undefined: all. */
  readonly strategies: () => readonly string[] | undefined
  /** Called before a load is started. */
  readonly onStart: () => void
  readonly onTyped: (typed: Readonly<Record<string, string>>) => void
}

export class LoadControl {
  readonly #options: LoadControlOptions
  readonly #inputs = new Map<LoadField, HTMLInputElement>()
  readonly #start = h('button', { type: 'submit', class: 'start' }, 'Start this load')
  readonly #stop = h('button', { type: 'button', class: 'stop', disabled: true }, 'Stop the load')
  readonly #status = h('p', { class: 'load-status', role: 'status' })
  readonly #remaining = h('p', { class: 'load-remaining' })
  readonly #problem = new ProblemLine()
  #state: LoadState | undefined

  constructor(container: HTMLElement, options: LoadControlOptions) {
    this.#options = options
    const form = h(
      'form',
      { class: 'load', 'aria-label': 'Load' },
      ...loadFields.map((field) => this.#fieldElement(field)),
      h('div', { class: 'buttons' }, this.#start, this.#stop),
    )
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      void this.start()
    })
    form.addEventListener('change', () => options.onTyped(this.#typed()))
    this.#stop.addEventListener('click', () => void this.stop())
    container.append(form, this.#status, this.#remaining, this.#problem.root)
  }

  get isRunning(): boolean {
    return this.#state?.running != null
  }

  update(state: LoadState): void {
    const isFirst = this.#state === undefined
    this.#state = state
    for (const [field, input] of this.#inputs) {
      input.max = String(field.max(state.limits))
      const preset = state.defaults[field.name]
      if (isFirst && preset !== undefined && input.value === '') input.value = shownValue(field, preset)
    }
    // A disabled button would lose the focus.
    const { activeElement } = document
    this.#start.disabled = this.isRunning
    this.#stop.disabled = !this.isRunning
    if (activeElement === this.#start && this.isRunning) this.#stop.focus()
    if (activeElement === this.#stop && !this.isRunning) this.#start.focus()
    setText(this.#status, describeLoad(state))
    if (!this.isRunning) setText(this.#remaining, '')
  }

  /** @param nowMs the API's time */
  tick(nowMs: number): void {
    const running = this.#state?.running
    const leftMs = running ? Date.parse(running.endsAt) - nowMs : Number.NaN
    setText(this.#remaining, leftMs > 0 ? `${Math.ceil(leftMs / 1_000)} s left` : '')
  }

  /**
   * With the form's values; `change` replaces some of them.
   * @param problem where a refusal is shown
   * @returns whether it started
   */
  async start(change: Partial<LoadSettings> = {}, problem = this.#problem): Promise<boolean> {
    this.#options.onStart()
    const strategies = this.#options.strategies()
    const settings = { ...this.#settings(), ...(strategies !== undefined && { strategies }), ...change }
    return this.#apply(() => api.startLoad(settings), problem)
  }

  async stop(problem = this.#problem): Promise<boolean> {
    return this.#apply(() => api.stopLoad(), problem)
  }

  async #apply(call: () => Promise<LoadState>, problem: ProblemLine): Promise<boolean> {
    const state = await problem.during(call)
    if (state !== undefined) this.update(state)
    return state !== undefined
  }

  #settings(): Partial<LoadSettings> {
    const filled = [...this.#inputs].filter(([, input]) => input.value !== '')
    return Object.fromEntries(filled.map(([field, input]) => [field.name, settingOf(field, input.value)]))
  }

  #typed(): Record<string, string> {
    const defaults = this.#state?.defaults ?? {}
    const changed = [...this.#inputs].filter(([field, { value }]) => {
      const preset = defaults[field.name]
      return value !== '' && value !== (preset === undefined ? '' : shownValue(field, preset))
    })
    return Object.fromEntries(changed.map(([{ name }, { value }]) => [name, value]))
  }

  #fieldElement(field: LoadField): HTMLElement {
    const input = h('input', {
      type: 'number',
      name: field.name,
      min: field.min,
      max: field.max(LIMITS),
      step: 'any',
      inputmode: 'decimal',
    })
    input.value = this.#options.typed[field.name] ?? ''
    this.#inputs.set(field, input)
    return h('label', {}, h('span', {}, field.label), input, h('span', { class: 'unit' }, field.unit))
  }
}

export function describeLoad({ running, last }: LoadState): string {
  if (running !== null) {
    const { ratePerSecond, strategies, writeShare, ttlMs } = running
    const to = strategies.length === 1 ? strategies[0] : `each of ${strategies.length} strategies`
    return `Running: ${count(ratePerSecond)} requests per second to ${to}, ${percent(writeShare)} writes, TTL ${duration(ttlMs)}.`
  }
  if (last === null) return ''
  const failed = last.failed > 0 ? `, ${count(last.failed)} failed` : ''
  const skipped = last.skipped > 0 ? `, ${count(last.skipped)} not sent, since too many were unanswered` : ''
  const how = { done: 'finished', stopped: 'was stopped', failed: 'failed' }[last.why]
  return `The last load ${how} (${clock(last.endedAt)}): ${count(last.sent)} requests sent${failed}${skipped}.`
}
