import type { Runtime } from './ports/runtime.ts'

/**
 * Entries not to refresh for a while: another process is refreshing, or the last attempt failed. A pause ends after its time, or
 * when another entry replaces that one.
 */
export class RefreshPauses {
  readonly #runtime: Pick<Runtime, 'after'>
  readonly #pauses = new Map<string, { readonly entryId: string; readonly cancel: () => void }>()

  constructor(runtime: Pick<Runtime, 'after'>) {
    this.#runtime = runtime
  }

  has(question: string, entryId: string): boolean {
    const pause = this.#pauses.get(question)
    if (pause === undefined) return false
    if (pause.entryId === entryId) return true
    this.#forget(question)
    return false
  }

  begin(question: string, entryId: string, ms: number): void {
    this.#forget(question)
    const cancel = this.#runtime.after(ms, () => this.#pauses.delete(question))
    this.#pauses.set(question, { entryId, cancel })
  }

  end(): void {
    for (const question of this.#pauses.keys()) this.#forget(question)
  }

  #forget(question: string): void {
    this.#pauses.get(question)?.cancel()
    this.#pauses.delete(question)
  }
}
