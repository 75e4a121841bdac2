/** Mixed load on all strategies at the same time: reads, pages, lists, writes, manual invalidations and invalid requests. */
import { setTimeout as sleep } from 'node:timers/promises'
import { strategyNames } from 'strategies'

export interface Load {
  readonly requests: number
  /** Unexpected answers, one line each. */
  readonly failures: readonly string[]
  /** Resolves once all pending requests are answered. */
  stop(): Promise<void>
}

export interface LoadOptions {
  readonly posts: number
  readonly clients: number
  /** Pause between two requests of a client, to avoid saturating the machine. */
  readonly pauseMs: number
}

const FORGET_EVERY_MS = 5_000

export function startLoad(base: string, { posts, clients, pauseMs }: LoadOptions): Load {
  let requests = 0
  let stopped = false
  const failures: string[] = []

  async function ask(method: string, path: string, body: unknown, ...expected: number[]): Promise<string> {
    requests++
    try {
      const json =
        body === undefined ? {} : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }
      const answer = await fetch(base + path, { method, ...json })
      const text = await answer.text()
      if (!expected.includes(answer.status)) failures.push(`${method} ${path}: ${answer.status} ${text.slice(0, 200)}`)
      return text
    } catch (error) {
      failures.push(`${method} ${path}: ${error}`)
      return '{}'
    }
  }

  /** Low ids are hot. */
  const someId = () => 1 + Math.floor(posts * Math.random() ** 3)

  async function step(): Promise<void> {
    const query = `?strategy=${strategyNames[Math.floor(Math.random() * strategyNames.length)]}`
    const dice = Math.random()
    if (dice < 0.7) await ask('GET', `/api/posts/${someId()}${query}`, undefined, 200)
    else if (dice < 0.78) await ask('GET', `/api/posts${query}&limit=20&after=${someId()}`, undefined, 200)
    else if (dice < 0.8) await ask('GET', `/api/posts${query}`, undefined, 200)
    else if (dice < 0.81) await ask('GET', `/api/authors${query}`, undefined, 200)
    else if (dice < 0.9) await ask('PATCH', `/api/posts/${someId()}${query}`, { title: `title ${requests}` }, 200)
    else if (dice < 0.93) {
      const made = await ask('POST', `/api/posts${query}`, { title: 't', content: 'c', author: 'a' }, 201)
      const { id } = JSON.parse(made) as { id?: number }
      await ask('DELETE', `/api/posts/${id}${query}`, undefined, 204)
      await ask('GET', `/api/posts/${id}${query}`, undefined, 200, 404)
    } else if (dice < 0.95) await ask('POST', '/api/cache/invalidate', { tags: ['posts'] }, 200)
    else if (dice < 0.97) await ask('GET', '/api/posts/0', undefined, 400)
    else await ask('GET', `/api/posts/${1_000_000 + someId()}${query}`, undefined, 404)
  }

  async function client(): Promise<void> {
    while (!stopped) {
      await step()
      await sleep(pauseMs)
    }
  }

  // Each strategy remembers its last 20,000 acknowledged writes, 300 bytes each, to measure staleness. That memory is
  // bounded but grows for hours. Invalidating everything clears it, so that other growth becomes visible.
  const forgetting = setInterval(() => void ask('POST', '/api/cache/invalidate', { all: true }, 200), FORGET_EVERY_MS)
  const running = Promise.all(Array.from({ length: clients }, client))
  return {
    get requests() {
      return requests
    },
    failures,
    async stop() {
      stopped = true
      clearInterval(forgetting)
      await running
    },
  }
}
