/**
 * Runs at most one request for a question at a time. Callers that arrive while it runs share the next request.
 *
 * A caller never gets an answer requested before it arrived, so sharing makes no answer older. A hot key costs the server and the
 * event loop one reply for many readers. (Auto-pipelining delays the next batch until the last one is answered anyway, so sharing
 * adds no wait.)
 */
export class TrailingCoalescer<T> {
  readonly #underWay = new Map<string, UnderWay<T>>()

  get(question: string, ask: () => Promise<T>): Promise<T> {
    const underWay = this.#underWay.get(question)
    if (underWay === undefined) return this.#start(question, ask)
    underWay.next ??= underWay.answer.then(
      () => this.#start(question, ask),
      () => this.#start(question, ask),
    )
    return underWay.next
  }

  #start(question: string, ask: () => Promise<T>): Promise<T> {
    const answer = ask()
    const mine: UnderWay<T> = { answer, next: undefined }
    this.#underWay.set(question, mine)
    const end = () => {
      // If callers wait, the next request replaces this one.
      if (mine.next === undefined) this.#underWay.delete(question)
    }
    answer.then(end, end)
    return answer
  }
}

interface UnderWay<T> {
  readonly answer: Promise<T>
  /** Starts once `answer` has settled. */
  next: Promise<T> | undefined
}
