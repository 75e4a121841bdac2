/** The state of the page: takes in what the API streams, and draws it unless it is paused or hidden. */
import { ActionButtons } from './action-buttons.ts'
import { Answers } from './answers.ts'
import { api, Refused } from './api.ts'
import type { LoadState, Mark, StatsEvent, StrategyInfo } from './api-types.ts'
import { byId, setText } from './dom.ts'
import { FiguresTable } from './figures-table.ts'
import { clock } from './format.ts'
import { History } from './history.ts'
import type { Frame } from './lane-chart.ts'
import { Lanes } from './lanes.ts'
import { LiveMap } from './live-map.ts'
import { LoadControl } from './load-control.ts'
import { Marks } from './marks.ts'
import { showMarks } from './marks-list.ts'
import { type Measure, measures } from './measures.ts'
import { rank, type Tally } from './ranking.ts'
import { StrategyChoice } from './strategy-choice.ts'
import { isCeiling } from './strategy-kinds.ts'
import { Tallies } from './tallies.ts'
import { Tour } from './tour.ts'
import { pauseButton } from './view-controls.ts'
import { type ViewState, viewHash } from './view-state.ts'

export class LivePage {
  readonly load: LoadControl
  readonly tour: Tour
  readonly pauseButton = pauseButton((isPaused) => this.#pause(isPaused))
  readonly #actions: ActionButtons
  readonly #choice: StrategyChoice
  readonly #history = new History()
  readonly #tallies = new Tallies()
  readonly #marks = new Marks()
  readonly #lanes = new Lanes(byId('lanes'))
  readonly #answers = new Answers(byId('answer-list'))
  readonly #map = new LiveMap(byId('map'), byId('map-figures'))
  readonly #table: FiguresTable
  readonly #infos = new Map<string, StrategyInfo>()
  #view: ViewState
  #latest: StatsEvent | undefined
  #loadState: LoadState | undefined
  /** When the load began that the answers are about. Undefined: none began since the page was opened or the counters were reset. */
  #answersSince: string | undefined
  /** The choice of the tour, while it lasts. */
  #tourChoice: readonly string[] | undefined
  /** Numbers that came while paused. Undefined: not paused. */
  #skip: number | undefined
  #names: readonly string[] = []
  /** Those of the names that are chosen. */
  #shown: readonly string[] = []

  constructor(view: ViewState) {
    this.#view = view
    this.load = new LoadControl(byId('load'), {
      typed: view.load,
      strategies: () => this.#chosen,
      onTyped: (load) => this.changeView({ load }),
      onStart: () => this.#resume(),
    })
    this.#actions = new ActionButtons(byId('actions'), () => this.#chosen)
    this.#choice = new StrategyChoice(byId('view'), 'Shown here, and driven by loads and actions', (strategies) => {
      this.changeView({ strategies })
      this.#showChosen()
    })
    this.#table = new FiguresTable(byId('figures'), view.sort, (sort) => this.changeView({ sort }))
    this.tour = new Tour(byId('tour'), {
      load: this.load,
      choose: (strategies) => {
        if (strategies !== undefined) this.#resume()
        this.#tourChoice = strategies
        this.#showChosen()
      },
    })
    showMarks(byId('marks'), [])
  }

  /** The post that the load reads most, or that a load with the API's defaults would. */
  get hottestId(): number {
    return this.#loadState?.hottestId ?? 1
  }

  changeView(change: Partial<ViewState>): void {
    this.#view = { ...this.#view, ...change }
    history.replaceState(null, '', `${location.pathname}${location.search}${viewHash(this.#view)}`)
  }

  /** What the API has to offer. A restarted one may offer something else. */
  async discover(): Promise<void> {
    void this.#actions.load()
    try {
      for (const info of await api.strategies()) this.#infos.set(info.name, info)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      return // The connection is lost, as the page shows; this is called again when it is back.
    }
    this.#showChosen()
  }

  stats(event: StatsEvent): void {
    const before = this.#latest
    const names = Object.keys(event.strategies)
    this.#latest = event
    const isReset = this.#tallies.add(event)
    if (isReset) this.#answersSince = undefined
    const added = this.#history.add(event)
    if (this.#skip !== undefined) this.#skip += added
    this.load.tick(Date.parse(event.at))
    if (names.join() !== this.#names.join()) {
      this.#names = names
      this.#showChosen()
    }
    const isAboutOthers = isReset || overProcesses(before) !== overProcesses(event)
    if (before === undefined || (isAboutOthers && this.#skip === undefined)) this.#showWhatTheAnswersAreAbout()
    if (this.#skip === undefined) this.draw()
  }

  mark(mark: Mark): void {
    if (this.#marks.add(mark)) showMarks(byId('marks'), this.#marks.all)
  }

  updateLoad(state: LoadState): void {
    const before = this.#loadState
    this.#loadState = state
    this.load.update(state)
    // The first state tells of loads that began before this page could count.
    if (before !== undefined && startedAt(before) !== startedAt(state)) {
      this.#answersSince = startedAt(state)
      this.#tallies.startOver()
    }
    if (this.#skip !== undefined) return
    this.#showWhatTheAnswersAreAbout()
    this.#showEmptyOrAnswers()
  }

  connected(isConnected: boolean): void {
    const text =
      this.#latest === undefined
        ? 'No figures yet: the API does not answer, or too many pages are open. This page keeps trying.'
        : 'Connection lost. These are the last figures; the page connects again by itself.'
    setText(byId('connection'), isConnected ? '' : text)
    if (isConnected) void this.discover()
  }

  /** Draws everything, or, while paused, the same picture again. */
  draw(): void {
    const latest = this.#latest
    if (latest === undefined || document.hidden) return
    const frame = this.#frame()
    this.#lanes.draw(frame)
    this.#map.draw(frame, this.#shown)
    if (this.#skip !== undefined) return
    this.#showEmptyOrAnswers()
    this.#table.show(latest)
    setText(byId('totals-title'), `Totals since ${clock(sinceOf(latest))}`)
  }

  #pause(isPaused: boolean): void {
    this.#skip = isPaused ? 0 : undefined
    if (!isPaused) this.#showWhatTheAnswersAreAbout()
    this.draw()
  }

  /** Nobody starts a load to see none of it. */
  #resume(): void {
    if (this.#skip !== undefined) this.pauseButton.click()
  }

  /** A link may name strategies that this server does not have. Undefined: all. */
  get #chosen(): readonly string[] | undefined {
    const chosen = this.#tourChoice ?? this.#view.strategies
    if (this.#names.length === 0) return chosen // not known yet
    const known = chosen?.filter((name) => this.#names.includes(name))
    return known?.length ? known : undefined
  }

  #showChosen(): void {
    const chosen = this.#chosen
    const names = chosen === undefined ? this.#names : this.#names.filter((name) => chosen.includes(name))
    this.#choice.show(this.#names, chosen)
    this.#lanes.show(names, (name) => this.#infos.get(name))
    this.#table.choose(names)
    this.#shown = names
    this.draw()
  }

  /** Of several processes, none knows the writes of the others. */
  get #countsStale(): boolean {
    return this.#latest?.processes === undefined
  }

  #frame(): Frame {
    const [seconds, skip] = [this.#view.window, this.#skip ?? 0]
    // The ceiling's values are stale for longer and longer, and would flatten all others.
    const scaled = this.#shown.filter((name) => !isCeiling(name))
    const ends = measures.map(({ name, curves, maxFor }) => {
      const from = curves.map((curve) => curve.from)
      return [name, maxFor(this.#history.max(scaled, from, seconds, skip))]
    })
    const maxOf = Object.fromEntries(ends) as Record<Measure['name'], number>
    return { history: this.#history, countsStale: this.#countsStale, seconds, skip, marks: this.#marks.all, maxOf }
  }

  #showEmptyOrAnswers(): void {
    const tallies = new Map<string, Tally>()
    let [withReads, writes] = [0, 0]
    for (const name of this.#shown) {
      const tally = this.#tallies.get(name)
      if (tally === undefined) continue
      tallies.set(name, tally)
      if (isCeiling(name)) continue
      if (tally.reads > 0) withReads++
      writes += tally.writes
    }
    const isEmpty = this.#latest !== undefined && withReads === 0 && !this.load.isRunning
    byId('empty').hidden = !isEmpty
    byId('answer-list').hidden = isEmpty || this.#latest === undefined
    byId('answers-of').hidden = isEmpty
    if (!isEmpty) this.#answers.show(rank(tallies), withReads, { writes, areKnown: this.#countsStale })
  }

  #showWhatTheAnswersAreAbout(): void {
    const since = this.#answersSince
    const isRunning = this.#loadState?.running != null
    const text =
      since === undefined
        ? `All traffic since ${this.#latest === undefined ? 'the start' : clock(sinceOf(this.#latest))}`
        : `${isRunning ? 'The running load' : 'The last load'}, started at ${clock(since)}`
    setText(byId('answers-of'), text + overProcesses(this.#latest))
  }
}

/** When the counters began: those of a strategy can be set to 0. */
function sinceOf({ since, strategies }: StatsEvent): string {
  return [since, ...Object.values(strategies).map((each) => each.since)].sort().at(-1)!
}

/** Empty for one process. */
function overProcesses(event: StatsEvent | undefined): string {
  if (event?.processes === undefined) return ''
  const { answered, of } = event.processes
  return answered === of ? `, over ${of} processes` : `, over ${answered} of ${of} processes: the others do not answer`
}

/** Of the running load, or the last one. */
function startedAt({ running, last }: LoadState): string | undefined {
  return (running ?? last)?.startedAt
}
