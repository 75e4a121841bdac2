/** Above so many it is simpler to void everything. */
const MAX_MISSED = 10_000

/** Invalidations that could not be delivered. */
export class MissedInvalidations {
  #keys = new Set<string>()
  #tags = new Set<string>()
  #everything = false

  get isEmpty(): boolean {
    return !this.#everything && this.#keys.size === 0 && this.#tags.size === 0
  }

  add(keys: readonly string[], tags: readonly string[]): void {
    for (const key of keys) this.#keys.add(key)
    for (const tag of tags) this.#tags.add(tag)
    if (this.#keys.size + this.#tags.size > MAX_MISSED) this.addEverything()
  }

  addEverything(): void {
    this.#everything = true
    this.#keys.clear()
  }

  /** Hands over what was missed so far, and begins anew. */
  take(): { keys: string[]; tags: string[]; everything: boolean } {
    const taken = { keys: [...this.#keys], tags: [...this.#tags], everything: this.#everything }
    this.#keys = new Set()
    this.#tags = new Set()
    this.#everything = false
    return taken
  }
}
