import type { QueuePlace } from './queue-place.ts'
import { QueueSafety } from './queue-safety.ts'
import { PREPARE } from './queue-scripts.ts'
import type { RedisConnection } from './redis-connection.ts'
import { serverRun } from './server-run.ts'

/**
 * What must hold before writes are queued on a server: it keeps them, and their ids will be larger than those in the database. Checked
 * again for each connection, since it may lead to another server.
 */
export class QueuePreparation {
  readonly #connection: RedisConnection
  readonly #place: QueuePlace
  readonly #highestStoredId: (() => Promise<string | undefined>) | undefined
  readonly #safety: QueueSafety
  readonly #ends: readonly (() => void)[]
  #prepared: Promise<void> | undefined
  /** The server's run for which ids are known to be large enough. */
  #run: string | undefined

  constructor(
    connection: RedisConnection,
    place: QueuePlace,
    highestStoredId: (() => Promise<string | undefined>) | undefined,
  ) {
    this.#connection = connection
    this.#place = place
    this.#highestStoredId = highestStoredId
    const { client, circuit } = connection
    this.#safety = new QueueSafety(client, circuit.runtime.now, (warning) => connection.warn(warning))
    const mayHaveChanged = () => {
      this.#safety.forget()
      this.#prepared = undefined
    }
    const nothing = () => {}
    this.#ends = [
      client.subscribe({ onReady: nothing, onError: nothing, onClose: mayHaveChanged }),
      circuit.onOpened(mayHaveChanged),
    ]
  }

  /** False: nothing can be queued now. */
  async isPrepared(): Promise<boolean> {
    try {
      for (;;) {
        if (!(await this.#safety.isSafe())) return false
        this.#prepared ??= this.#prepare()
        const mine = this.#prepared
        await mine
        if (mine === this.#prepared) return true // otherwise the connection has changed meanwhile
      }
    } catch {
      this.#prepared = undefined
      return false
    }
  }

  /** A stream is gone: its ids would begin again. */
  forget(): void {
    this.#prepared = undefined
    this.#run = undefined
  }

  end(): void {
    for (const end of this.#ends) end()
  }

  async #prepare(): Promise<void> {
    const run = await serverRun(this.#connection.client)
    if (run === this.#run) return
    const highest = (await this.#highestStoredId?.()) ?? ''
    await Promise.all(this.#place.all.map(({ stream }) => this.#place.run(PREPARE, [stream], [highest])))
    this.#run = run
  }
}
