import type { ConnectionListeners, RedisClient } from '../src/redis/redis-client.ts'
import type { Line } from './call.ts'
import { type Commands, type Connection, endMessages, type MessageLine, scheduledClient } from './commands.ts'
import { openFeed, TooManyFeeds } from './feed.ts'
import type { Scheduler } from './scheduler.ts'
import type { Agent } from './step.ts'

/** The connections between one process and Redis. */
export class ScheduledConnection implements Connection {
  line: Line
  isCut = false
  readonly client: RedisClient
  readonly #scheduler: Scheduler
  readonly listeners = new Set<ConnectionListeners>()
  readonly messages = new Set<MessageLine>()
  feed: MessageLine | undefined
  feeds = 0
  readonly itself: Agent

  constructor(scheduler: Scheduler, line: Line, server: Commands) {
    this.#scheduler = scheduler
    this.line = line
    this.itself = { name: line.process.name, process: line.process, calls: 0 }
    this.client = {
      ...scheduledClient(scheduler, this, server),
      ...(server.track && {
        track: (prefixes, listener) => openFeed(scheduler, this, server, prefixes, listener),
        isRefusal: (error) => error instanceof TooManyFeeds,
      }),
    }
  }

  setCut(isCut: boolean): void {
    if (isCut === this.isCut) return
    this.isCut = isCut
    if (isCut) {
      for (const call of [...this.#scheduler.pending]) {
        const { line } = call
        const isOurs = line === this.line || this.messages.has(line as MessageLine)
        if (isOurs) call.lose(new Error('Connection is closed.'))
      }
      for (const line of [...this.messages]) {
        this.#scheduler.as(this.itself, () => endMessages(this.#scheduler, this, line))
      }
    } else {
      this.line = { ...this.line } // pending answers of the old connection don't block the new one
      for (const { onReady } of this.listeners) this.#scheduler.as(this.itself, onReady)
    }
  }
}
