/** The connection that tells a process of changes. Each message is a step of the schedule, in the order of the changes. */
import type { TrackingConnection, TrackingListener } from '../src/redis/redis-client.ts'
import { type Commands, type Connection, endMessages, type MessageLine, nameOf } from './commands.ts'
import type { Scheduler } from './scheduler.ts'
import { read } from './step.ts'

/**
 * Connections of one process in a schedule. An unfair schedule may never answer, and attempts would then follow one another forever.
 * After a refusal, the next attempt is a minute later.
 */
const MAX_FEEDS = 12

export class TooManyFeeds extends Error {}

export async function openFeed(
  scheduler: Scheduler,
  connection: Connection,
  server: Commands,
  prefixes: readonly string[],
  listener: TrackingListener,
): Promise<TrackingConnection> {
  if (connection.isCut) throw new Error('Connection is closed.')
  connection.feeds++
  if (connection.feeds > MAX_FEEDS) throw new TooManyFeeds('the server refuses another connection')
  const { process } = connection.line
  const line: MessageLine = { process, inOrder: true, losesNoMessage: true, listener, unsubscribe: [] }
  connection.messages.add(line)
  listener.signal.addEventListener('abort', () => endMessages(scheduler, connection, line))
  connection.feed = line
  // The first connection of a process is open before the schedule starts.
  let isBefore = scheduler.isUndisturbed
  const step = <T>(what: string, execute: () => T, isMessage = false): Promise<T> => {
    if (!connection.messages.has(line)) return Promise.reject(new Error('Connection is closed.'))
    const call = () => scheduler.call<T>({ what, touches: read('*'), execute, line, isMessage })
    return isBefore ? call() : scheduler.as(connection.itself, call)
  }
  const arrives = (key: string) => {
    if (process.isDead || !connection.messages.has(line)) return
    if (scheduler.isUndisturbed) return listener.onChanged([key])
    const what = `message of a change to ${nameOf(key)}`
    step(what, () => {}, true).then(
      () => {
        const isCrossing = scheduler.pending.some((call) => call.agent.process === process && call.answers(nameOf(key)))
        if (isCrossing)
          scheduler.tell(process.name, `hears of a change to ${nameOf(key)} while its answer is on the way`)
        listener.onChanged([key])
      },
      () => {},
    )
  }
  try {
    await step('track changes', () => void line.unsubscribe.push(server.track!(prefixes, arrives)))
    isBefore = false
  } catch (error) {
    endMessages(scheduler, connection, line)
    throw error
  }
  return {
    async ping() {
      // With nothing else on the way, its moment doesn't matter. As steps, the PINGs of a long time would be most of a schedule.
      const isAlone = line.isSilent !== true && scheduler.pending.every((call) => call.line !== line)
      return isAlone ? 'PONG' : step('ping for changes', () => 'PONG')
    },
  }
}
