/** A map that forgets the least recently used item beyond a number of items, like the maps of the stores in memory. */
export class RecentMap<V> {
  readonly #items = new Map<string, V>()
  readonly #max: number

  constructor(max: number) {
    this.#max = max
  }

  /** Counts as a use. */
  get(key: string): V | undefined {
    const item = this.#items.get(key)
    if (item !== undefined) this.#append(key, item)
    return item
  }

  /** Does not count as a use. */
  peek(key: string): V | undefined {
    return this.#items.get(key)
  }

  set(key: string, item: V): void {
    this.#append(key, item)
    if (this.#items.size > this.#max) this.#items.delete(this.#items.keys().next().value!)
  }

  delete(key: string): void {
    this.#items.delete(key)
  }

  clear(): void {
    this.#items.clear()
  }

  /** A Map keeps the order of insertion, so the least recently used item is its first. */
  #append(key: string, item: V): void {
    this.#items.delete(key)
    this.#items.set(key, item)
  }
}
