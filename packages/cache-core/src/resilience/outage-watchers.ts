import { messageOf, swallowing } from '../errors.ts'

export interface OutageWatcher {
  readonly onAway: (cause: unknown) => void
  readonly onBack: () => void
}

/** Reports outages of a server: each one once, and again if its cause changes. */
export class OutageWatchers {
  readonly #watchers = new Set<OutageWatcher>()
  /** The cause reported last. */
  #saidAway: string | undefined

  /** Reports to it until the returned function is called. */
  add({ onAway, onBack }: OutageWatcher): () => void {
    const swallowed = { onAway: swallowing(onAway), onBack: swallowing(onBack) }
    this.#watchers.add(swallowed)
    return () => this.#watchers.delete(swallowed)
  }

  sayAway(cause: unknown): void {
    if (messageOf(cause) === this.#saidAway) return
    this.#saidAway = messageOf(cause)
    for (const { onAway } of this.#watchers) onAway(cause)
  }

  sayBack(): void {
    if (this.#saidAway === undefined) return
    this.#saidAway = undefined
    for (const { onBack } of this.#watchers) onBack()
  }
}
