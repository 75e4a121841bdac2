/** The map of the strategies, live: the same component as in README's picture and in reports. */
import { h, setText } from './dom.ts'
import type { Frame } from './lane-chart.ts'
import { mapPoints } from './map-points.ts'
import { MIN_READS } from './ranking.ts'

const WIDE = { height: 340, from: 560 }
const NARROW_HEIGHT = 400
const MAX_WIDTH = 1_600
const NO_READS = `No strategy had ${MIN_READS} reads in the time shown.`
const NAMES = {
  timeName: 'mean read time',
  loadsName: 'database loads per 100 reads',
  unsound: 'a race can break its guarantee',
}

export class LiveMap {
  readonly #host: HTMLElement
  readonly #figures: HTMLElement
  readonly #empty = h('p', { class: 'foot' }, NO_READS)
  #isInView = false
  #width = 0
  #charts: Promise<typeof import('./map-chart.ts')> | undefined
  #latest: { readonly frame: Frame; readonly names: readonly string[] } | undefined
  /** What the chart shows. It is drawn again only if that changed, so once a second at most under a load. */
  #drawn = ''

  /** @param figures a list: the figures of the map as text, for who has no pointer */
  constructor(host: HTMLElement, figures: HTMLElement) {
    this.#host = host
    this.#figures = figures
    host.append(this.#empty)
    new IntersectionObserver((entries) => {
      this.#isInView = entries.at(-1)!.isIntersecting
      void this.#draw()
    }).observe(host)
    new ResizeObserver((entries) => {
      this.#width = Math.min(MAX_WIDTH, Math.floor(entries.at(-1)!.contentRect.width))
      void this.#draw()
    }).observe(host)
  }

  draw(frame: Frame, names: readonly string[]): void {
    this.#latest = { frame, names }
    void this.#draw()
  }

  async #draw(): Promise<void> {
    if (!this.#isInView || this.#width === 0 || this.#latest === undefined) return
    const { frame, names } = this.#latest
    const shown = [frame.history.end(frame.skip), frame.seconds, this.#width, ...names].join()
    if (shown === this.#drawn) return
    this.#drawn = shown
    const strategyMap = await this.#load()
    if (strategyMap === undefined) return
    const points = mapPoints(frame, names)
    const chart = strategyMap(document, {
      points,
      ...NAMES,
      name: `Mean read time and database loads. ${points.map(({ title }) => title).join('; ')}.`,
      width: this.#width,
      height: this.#width < WIDE.from ? NARROW_HEIGHT : WIDE.height,
    })
    this.#host.replaceChildren(chart ?? this.#empty)
    this.#figures.replaceChildren(...points.map(({ title }) => h('li', {}, title)))
  }

  async #load() {
    this.#charts ??= import('./map-chart.ts')
    try {
      const { strategyMap } = await this.#charts
      setText(this.#empty, NO_READS)
      return strategyMap
    } catch {
      // The API stopped, or has newer pages. The next second tries again.
      this.#charts = undefined
      this.#drawn = ''
      setText(this.#empty, 'The map could not be loaded. Reload the page.')
      return undefined
    }
  }
}
