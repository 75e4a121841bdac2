/**
 * One question under way at a time: who asks the same while it is shares the next with all who do.
 *
 * Nobody takes an answer that was asked for before they began, so nothing gets older by it, and a hot key costs Redis and
 * the event loop one reply for many readers. (Auto-pipelining holds the next batch back until the last was answered
 * anyway, so that sharing adds no wait.)
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
      // With somebody waiting, the next one takes this one's place.
      if (mine.next === undefined) this.#underWay.delete(question)
    }
    answer.then(end, end)
    return answer
  }
}

interface UnderWay<T> {
  readonly answer: Promise<T>
  /** Asked for once `answer` has come. */
  next: Promise<T> | undefined
}
