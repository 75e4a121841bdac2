import { onlyOf, type Reported, renderReport } from 'compare/report'
import { byId, setText } from '../live/dom.ts'
import { SortableTables } from './sortable-tables.ts'

/** The report over the strategies that the reader chooses. */
export class ChosenReport {
  readonly strategies: readonly string[]
  readonly #root: HTMLElement
  readonly #status: HTMLElement
  readonly #tables = new SortableTables()
  #reported: Promise<Reported> | undefined
  #chosen: readonly string[] | undefined

  /** @param root has the report over all strategies, and their names @param status says what is shown */
  constructor(root: HTMLElement, status: HTMLElement) {
    this.#root = root
    this.#status = status
    this.strategies = JSON.parse(root.dataset.strategies!)
    this.#tables.adopt(root)
  }

  /** @param chosen undefined: all @returns false if the figures could not be loaded: then all strategies are still shown */
  async choose(chosen: readonly string[] | undefined): Promise<boolean> {
    this.#chosen = chosen
    const reported = await this.#read()
    if (reported !== undefined && this.#chosen === chosen) this.#show(reported)
    return reported !== undefined
  }

  async #read(): Promise<Reported | undefined> {
    this.#reported ??= readReported(this.#root)
    try {
      return await this.#reported
    } catch (error) {
      this.#reported = undefined // The next choice tries again.
      const why = error instanceof Error ? error.message : error
      setText(
        this.#status,
        `All ${this.strategies.length} strategies are still shown: the figures could not be loaded (${why}).`,
      )
      return undefined
    }
  }

  #show(reported: Reported): void {
    const names = this.#chosen ?? this.strategies
    // Every text in it is escaped where it is rendered.
    this.#root.innerHTML = renderReport(onlyOf(reported, names), document).body.source
    this.#tables.adopt(this.#root)
    const [number, all] = [names.length, this.strategies.length]
    const only = `Only ${number} of ${all} strategies: answers, marks and charts are as if no other had been compared.`
    setText(this.#status, number === all ? `All ${all} strategies.` : only)
  }
}

/** From the page itself if it is a file, otherwise from the server. */
async function readReported({ dataset }: HTMLElement): Promise<Reported> {
  if (dataset.figures === undefined) return JSON.parse(byId('reported').textContent)
  const answer = await fetch(dataset.figures)
  if (!answer.ok) throw new Error(`${dataset.figures}: ${answer.status}`)
  return answer.json()
}
