/**
 * One GET per key at a time: who asks while one is under way shares the next with all who do.
 *
 * Nobody takes an answer that was asked for before they began, so nothing gets older by it, and a hot key costs Redis and
 * the event loop one reply for many readers. (Auto-pipelining holds the next batch back until the last was answered
 * anyway, so that sharing adds no wait.)
 */
export class SharedGets {
  readonly #get: (key: string) => Promise<Buffer | null>
  readonly #underWay = new Map<string, UnderWay>()

  constructor(get: (key: string) => Promise<Buffer | null>) {
    this.#get = get
  }

  get(key: string): Promise<Buffer | null> {
    const underWay = this.#underWay.get(key)
    if (underWay === undefined) return this.#start(key)
    underWay.next ??= underWay.answer.then(
      () => this.#start(key),
      () => this.#start(key),
    )
    return underWay.next
  }

  #start(key: string): Promise<Buffer | null> {
    const answer = this.#get(key)
    const mine: UnderWay = { answer, next: undefined }
    this.#underWay.set(key, mine)
    const end = () => {
      // With somebody waiting, the next GET takes this one's place.
      if (mine.next === undefined) this.#underWay.delete(key)
    }
    answer.then(end, end)
    return answer
  }
}

interface UnderWay {
  readonly answer: Promise<Buffer | null>
  /** Asked for once `answer` has come. */
  next: Promise<Buffer | null> | undefined
}
