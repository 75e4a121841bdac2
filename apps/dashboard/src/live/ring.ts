/** The latest numbers of a measure, at a fixed size. NaN stands for "no figure in that second". */
export class Ring {
  readonly capacity: number
  /** Each number is stored twice, `capacity` apart, so that any run of numbers is contiguous and is read without a copy. */
  readonly #values: Float64Array
  #next = 0
  #length = 0

  constructor(capacity: number) {
    this.capacity = capacity
    this.#values = new Float64Array(2 * capacity)
  }

  get length(): number {
    return this.#length
  }

  push(value: number): void {
    this.#values[this.#next] = value
    this.#values[this.#next + this.capacity] = value
    this.#next = (this.#next + 1) % this.capacity
    this.#length = Math.min(this.#length + 1, this.capacity)
  }

  /**
   * The last `count` numbers, oldest first; fewer if there are fewer. A view, valid until the next `push`.
   * @param skip leaves out this many of the newest
   */
  latest(count: number, skip = 0): Float64Array {
    const end = this.#next + this.capacity - Math.min(skip, this.#length)
    const available = Math.max(0, this.#length - skip)
    return this.#values.subarray(end - Math.min(count, available), end)
  }
}
