import { streamSSE } from 'hono/streaming'
import { z } from 'zod'
import { requireAdmin } from '../http/admin.ts'
import type { Api, ApiContext } from '../http/api-types.ts'
import { badRequest, Problem, shown } from '../http/problem.ts'
import { readQuery, searchOf } from '../http/query.ts'
import { readOptionalJson } from '../http/read-json.ts'
import { unknownName } from '../http/unknown-name.ts'
import type { Action } from '../live/actions.ts'
import { inspectUnder } from '../live/inspect.ts'
import { type LiveEvent, type LiveEvents, MARKS_KEPT } from '../live/live-events.ts'
import type { LiveLoad } from '../live/live-load.ts'
import { chosenStrategies, loadRequest } from '../live/load-request.ts'
import { isKnownKey } from '../posts/resources.ts'
import { ANSWER_WITHIN_MS, type Processes } from '../process/processes.ts'
import type { StrategyInstances } from '../strategies/strategy-instances.ts'
import type { AccessLog } from '../telemetry/access-log.ts'

export const actionRequest = z.strictObject({ strategies: chosenStrategies })

const RECONNECT_MS = 1_000
/** Each costs a connection and 30 KB a second. */
const MAX_RECEIVERS = 50
/** More than a new connection receives. */
const MAX_PENDING = 2 * MARKS_KEPT
const STALLED_MS = 30_000
/** For the last event at the end of the process. */
const ENDING_MS = 500
/** The entries of all strategies may have 50 MB. */
const MAX_INSPECTED = 4

export interface LiveParts {
  readonly events: LiveEvents
  readonly load: LiveLoad
}

/** What the live page uses: figures each second, a bounded load, and actions on the running system. */
export function liveRoutes(
  app: Api,
  instances: StrategyInstances,
  { events, load }: LiveParts,
  actions: readonly Action[],
  adminToken: string | undefined,
  processes: Processes,
  log: AccessLog,
): void {
  const chosen = (names: readonly string[] | undefined) =>
    names === undefined ? instances.all : [...new Set(names)].map((name) => instances.named(name))

  const inspecting = new Map<string, ReturnType<typeof inspectAll>>()
  const inspectAll = (key: string) => Promise.all(instances.all.map((instance) => inspectUnder(instance, key)))

  /** Callers that ask for one key at a time share one look. */
  function inspect(key: string) {
    const shared = inspecting.get(key)
    if (shared !== undefined) return shared
    if (inspecting.size >= MAX_INSPECTED) {
      const detail = `${MAX_INSPECTED} keys are being inspected; ask again`
      throw new Problem({ status: 503, code: 'too-many-inspections', detail })
    }
    const looking = inspectAll(key).finally(() => inspecting.delete(key))
    inspecting.set(key, looking)
    return looking
  }

  app.get('/api/stats/stream', (context) => {
    readQuery(searchOf(context.req.url), [])
    if (events.receivers >= MAX_RECEIVERS) {
      const detail = `${MAX_RECEIVERS} clients receive the stream already; close another page, or poll /api/stats`
      throw new Problem({ status: 503, code: 'too-many-streams', detail })
    }
    if (context.req.method === 'HEAD') return new Response(null, { headers: { 'Content-Type': 'text/event-stream' } })
    context.header('X-Accel-Buffering', 'no') // otherwise nginx would keep the events back
    return streamSSE(context, async (stream) => {
      // Not awaited: requests that come at the same time must find this place taken.
      void stream.writeSSE({ event: 'hello', data: '{}', retry: RECONNECT_MS })
      await new Promise<void>((resolve) => {
        const drop = () => void context.env?.incoming?.socket.destroy()
        let pending = 0
        const send = async (event: LiveEvent) => {
          // A slow client misses figures, which the next event repeats; one that has stopped reading loses its place.
          if (pending > 0 && event.event === 'stats') return
          if (pending > MAX_PENDING) return drop()
          pending++
          const overdue = setTimeout(drop, STALLED_MS).unref()
          await stream.writeSSE(event)
          clearTimeout(overdue)
          pending--
        }
        const ended = () => {
          resolve()
          setTimeout(drop, ENDING_MS).unref()
        }
        const unsubscribe = events.subscribe({ send: (event) => void send(event), ended })
        stream.onAbort(() => {
          unsubscribe()
          resolve()
        })
      })
    })
  })

  app.get('/api/entries', async (context) => {
    const { key } = readQuery(searchOf(context.req.url), ['key'])
    if (key === undefined || !isKnownKey(key)) {
      const detail = 'give the key of an entry, as in ?key=post:42, posts, posts?limit=20&after=40 (encoded) or authors'
      throw badRequest(
        'no-such-key',
        key === undefined ? `key is missing; ${detail}` : `key is ${shown(key)}; ${detail}`,
      )
    }
    return context.json(await inspect(key))
  })

  app.get('/api/load', (context) => {
    readQuery(searchOf(context.req.url), [])
    return context.json(load.state())
  })

  app.post('/api/load', async (context) => {
    requireAdmin(context, adminToken)
    readQuery(searchOf(context.req.url), [])
    const { strategies, ...shape } = await readOptionalJson(context, loadRequest)
    const loaded = chosen(strategies)
    await load.start(loaded, shape, addressOf(context))
    log.action('load started', { ...shape, strategies: loaded.length })
    return context.json(load.state(), 202)
  })

  app.delete('/api/load', async (context) => {
    requireAdmin(context, adminToken)
    readQuery(searchOf(context.req.url), [])
    await load.stop()
    log.action('load stopped', {})
    return context.json(load.state())
  })

  app.get('/api/actions', (context) => {
    readQuery(searchOf(context.req.url), [])
    return context.json(
      actions.map(({ name, title, about, why }) => ({ name, title, about, available: why === undefined, why })),
    )
  })

  app.post('/api/actions/:name', async (context) => {
    requireAdmin(context, adminToken)
    readQuery(searchOf(context.req.url), [])
    const name = context.req.param('name')
    const action = actions.find((known) => known.name === name)
    if (action === undefined) {
      const known = actions.map((each) => each.name)
      throw new Problem({ status: 404, code: 'unknown-action', detail: unknownName('action', name, known) })
    }
    const { strategies } = await readOptionalJson(context, actionRequest)
    if (action.why !== undefined) {
      throw new Problem({ status: 409, code: 'not-available', detail: `${name} is not available: ${action.why}` })
    }
    const done = await action.run(chosen(strategies))
    if (done.strategies.length > 0) {
      const mark = { at: new Date().toISOString(), what: name, label: action.title, strategies: done.strategies }
      events.mark(mark)
      void processes.askOthers(ANSWER_WITHIN_MS, 'mark', mark)
      log.action(name, { strategies: done.strategies.length, key: done.key })
    }
    if (done.failure !== undefined) throw done.failure
    return context.json({ done: name, strategies: done.strategies, key: done.key })
  })
}

/** Where this API listens. Not the request's Host, which the client chose. */
function addressOf({ env }: ApiContext): string {
  const { localAddress, localPort } = env?.incoming?.socket ?? {}
  if (localPort === undefined) {
    const detail = 'the load is sent over HTTP, and this process does not listen'
    throw new Problem({ status: 409, code: 'not-listening', detail })
  }
  return `http://${localAddress?.includes(':') ? `[${localAddress}]` : localAddress}:${localPort}`
}
