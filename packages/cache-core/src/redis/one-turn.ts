import type { Runtime } from '../ports/runtime.ts'

/** Collects what is asked in one turn of the event loop, to send it as one command. */
export class OneTurn<Request, Answer> {
  readonly #soon: Runtime['soon']
  readonly #send: (requests: readonly Request[]) => Promise<readonly Answer[]>
  readonly #atMost: number
  #open: { readonly requests: Request[]; readonly answers: Promise<readonly Answer[]>; send(): void } | undefined

  /**
   * @param send answers the requests in their order
   * @param atMost requests in one command: while the server answers it, it answers nobody else
   */
  constructor(
    soon: Runtime['soon'],
    atMost: number,
    send: (requests: readonly Request[]) => Promise<readonly Answer[]>,
  ) {
    this.#soon = soon
    this.#atMost = atMost
    this.#send = send
  }

  ask(request: Request): Promise<Answer> {
    this.#open ??= this.#begin()
    const { requests, answers, send } = this.#open
    const place = requests.push(request) - 1
    if (requests.length === this.#atMost) send()
    return answers.then((all) => all[place]!)
  }

  #begin() {
    const { promise, resolve } = Promise.withResolvers<readonly Answer[]>()
    const requests: Request[] = []
    const batch = {
      requests,
      answers: promise,
      send: () => {
        if (this.#open !== batch) return
        this.#open = undefined
        resolve(this.#send(requests))
      },
    }
    this.#soon(batch.send)
    return batch
  }
}
