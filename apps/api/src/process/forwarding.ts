/** How the primary process forwards what its workers ask of each other. */
import type { LoadRuns } from '../live/load-runs.ts'
import type { Message, Questions } from './messages.ts'

/** What this needs of a worker of Node's cluster. */
export interface Peer {
  readonly id: number
  isConnected(): boolean
  send(message: Message, callback: () => void): unknown
}

/** What a process must have done before it serves. Nothing else waits for it. */
const CHANGES: readonly string[] = ['tune', 'reset', 'invalidateMemory', 'load'] satisfies (keyof Questions)[]

export class Forwarding {
  readonly #serving = new Map<number, Peer>()
  /** The changes that those that don't serve yet are sent once they do. */
  readonly #queues = new Map<number, Message[]>()

  /** A worker has started, and does not serve yet. `runs` is the state of the load. */
  add({ id }: Peer, runs: LoadRuns): void {
    this.#queues.set(id, [{ from: null, id: 0, name: 'load', args: [runs] }])
  }

  /** It serves. */
  serves(peer: Peer): void {
    const queued = this.#queues.get(peer.id) ?? []
    this.#queues.delete(peer.id)
    this.#serving.set(peer.id, peer)
    for (const message of queued) send(peer, message)
  }

  /** It has ended. Returns whether it had served. */
  remove({ id }: Peer): boolean {
    this.#queues.delete(id)
    return this.#serving.delete(id)
  }

  /** Asks all but `asker`, which is sent how many that are. Without one, nobody waits for the answers. */
  ask(asker: Peer | null, id: number, name: keyof Questions, args: unknown[]): void {
    const serving = [...this.#serving.values()].filter((peer) => peer.id !== asker?.id && peer.isConnected())
    if (asker !== null) send(asker, { to: asker.id, id, asked: serving.length })
    for (const peer of serving) send(peer, { from: asker?.id ?? null, id, name, args })
    if (!CHANGES.includes(name)) return
    for (const [other, queue] of this.#queues) if (other !== asker?.id) put(queue, { from: null, id, name, args })
  }

  /** Sends an answer to the process that asked. */
  answer(message: Message & { readonly to: number }): void {
    const asker = this.#serving.get(message.to)
    if (asker !== undefined) send(asker, message)
  }
}

/** Only the last of successive states of the load is needed. */
function put(queue: Message[], message: Message & { readonly name: string }): void {
  const last = queue.at(-1)
  if (message.name === 'load' && last !== undefined && 'name' in last && last.name === 'load') queue.pop()
  queue.push(message)
}

function send(peer: Peer, message: Message): void {
  if (peer.isConnected()) peer.send(message, () => {}) // it may end meanwhile
}
