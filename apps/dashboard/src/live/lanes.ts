/** One lane per strategy: its figures and its charts. Only charts in view are drawn. */
import type { StrategyInfo } from './api-types.ts'
import { h, setChildren, setText } from './dom.ts'
import { count, duration, milliseconds, percent, perSecond } from './format.ts'
import type { Summary } from './history.ts'
import { type Frame, LaneChart } from './lane-chart.ts'
import { type Measure, measures } from './measures.ts'
import { isCeiling, isNaive, isPeer, promiseOf } from './strategy-kinds.ts'

/** The figures are means over this time, since those of a single second jump. */
export const FIGURE_SECONDS = 10

/** A lane's figures, in the order of the measures. */
type Cells = Readonly<Record<Measure['name'], HTMLElement>>

export class Lanes {
  readonly #list: HTMLElement
  readonly #lanes = new Map<string, LaneElement>()
  #shown: readonly string[] = []
  #frame: Frame | undefined
  readonly #inView: IntersectionObserver
  readonly #sizes: ResizeObserver

  constructor(list: HTMLElement) {
    this.#list = list
    this.#inView = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        const lane = this.#laneOf(target)
        if (lane === undefined) continue
        lane.isInView = isIntersecting
        if (isIntersecting && this.#frame !== undefined) lane.draw(this.#frame)
      }
    })
    this.#sizes = new ResizeObserver((entries) => {
      for (const { target } of entries) this.#laneOf(target)?.measureWidths()
      this.redraw()
    })
  }

  /** Shows these strategies, in this order. */
  show(strategies: readonly string[], infoOf: (name: string) => StrategyInfo | undefined): void {
    this.#shown = strategies
    const elements = strategies.map((name) => {
      const known = this.#lanes.get(name)
      if (known !== undefined) return known.root
      const lane = new LaneElement(name)
      this.#lanes.set(name, lane)
      this.#inView.observe(lane.root)
      this.#sizes.observe(lane.root)
      return lane.root
    })
    for (const name of strategies) this.#lanes.get(name)!.describe(infoOf(name))
    setChildren(this.#list, elements)
  }

  draw(frame: Frame): void {
    this.#frame = frame
    for (const name of this.#shown) this.#lanes.get(name)!.draw(frame)
  }

  /** With what was drawn last, after a change of size or theme. */
  redraw(): void {
    if (this.#frame !== undefined) this.draw(this.#frame)
  }

  #laneOf(element: Element): LaneElement | undefined {
    return this.#lanes.get((element as HTMLElement).dataset.strategy!)
  }
}

interface MeasuredChart {
  readonly host: HTMLElement
  readonly chart: LaneChart
  width: number
}

class LaneElement {
  readonly root: HTMLElement
  isInView = false
  readonly #name: string
  readonly #title = h('p', { class: 'lane-title' })
  readonly #promise = h('p', { class: 'lane-promise' })
  readonly #queue = h('p', { class: 'lane-queue', hidden: true })
  readonly #cells: Cells
  readonly #hit = h('span', { class: 'figure' })
  readonly #wait = h('span', { class: 'figure' })
  readonly #charts: readonly MeasuredChart[]

  constructor(name: string) {
    this.#name = name
    const heading = h('h3', {}, isPeer(name) ? name : h('a', { class: 'lane-link', href: `/strategies/${name}` }, name))
    const cells: Partial<Record<Measure['name'], HTMLElement>> = {}
    const charts: MeasuredChart[] = []
    const columns = measures.map((measure) => {
      const figure = h('p', { class: 'figure' })
      const host = h('div', { class: 'chart', 'aria-hidden': 'true' })
      cells[measure.name] = figure
      charts.push({ host, chart: new LaneChart(host, name, measure), width: 0 })
      return h(
        'div',
        { class: `cell cell-${measure.name}` },
        h('p', { class: 'cell-label' }, measure.title),
        figure,
        host,
      )
    })
    this.#cells = cells as Cells
    this.#charts = charts
    this.#cells.time.append(
      h('span', { class: 'part hit' }, h('span', { class: 'key' }, 'hit'), ' ', this.#hit),
      ' ',
      h('span', { class: 'part wait' }, h('span', { class: 'key' }, 'wait'), ' ', this.#wait),
    )
    const about = h('div', { class: 'lane-name' }, heading, this.#title, this.#promise, this.#queue)
    this.root = h('li', { class: 'lane', 'data-strategy': name }, about, ...columns)
    if (isCeiling(name)) this.root.classList.add('ceiling')
  }

  describe(info: StrategyInfo | undefined): void {
    setText(this.#title, info?.title ?? '')
    setText(this.#promise, info === undefined ? '' : promiseOf(info))
    this.#promise.classList.toggle('warning', isNaive(this.#name))
  }

  measureWidths(): void {
    for (const chart of this.#charts) chart.width = chart.host.clientWidth
  }

  draw(frame: Frame): void {
    const summary = frame.history.summary(this.#name, FIGURE_SECONDS, frame.skip)
    if (summary === undefined) return
    // Also out of view: a screen reader reads there.
    this.#write(summary, frame)
    if (!this.isInView) return
    for (const { chart, width } of this.#charts) chart.draw(frame, width)
  }

  #write(summary: Summary, { history, seconds, skip, countsStale }: Frame): void {
    const { hitRatio, hitP50, hitP99, waitP50, waitP99, loads, calls, queue, reads } = summary
    setText(this.#cells['hit-ratio'], percent(hitRatio))
    setText(this.#hit, quantiles(hitP50, hitP99))
    setText(this.#wait, quantiles(waitP50, waitP99))
    setText(this.#cells.loads, reads === 0 && loads === 0 ? '–' : perSecond(loads))
    setText(this.#cells.calls, reads === 0 && calls === 0 ? '–' : perSecond(calls))
    const stale = history.stale(this.#name, seconds, skip)
    const time = Number.isNaN(stale.maxMs) ? '' : `, up to ${duration(stale.maxMs)} late`
    setText(
      this.#cells.stale,
      stale.reads > 0 ? `${count(stale.reads)}${time}` : countsStale && reads > 0 ? 'none' : '–',
    )
    this.#cells.stale.classList.toggle('is-stale', stale.reads > 0)
    this.#queue.hidden = Number.isNaN(queue)
    if (!this.#queue.hidden) setText(this.#queue, `queue: ${count(queue)} ${queue === 1 ? 'write' : 'writes'}`)
  }
}

function quantiles(p50: number, p99: number): string {
  return Number.isNaN(p50) ? '–' : `${milliseconds(p50)} / ${milliseconds(p99)}\u00a0ms`
}
