/** Two concurrent readers, over real connections to the API as a process: no answer contains the other's name. */
import { type ApiProcess, createScratchDatabase, type ScratchDatabase } from 'local-servers'
import { createDatabase, loadPosts, migrate, schemaName } from 'posts-db'
import { strategyNames } from 'strategies'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { layers } from '../src/places/page-request.ts'
import { startApi } from './support/start-api.ts'

const REQUESTS = 1_000
const AT_ONCE = 16
const STRATEGY = 'stampede-lock'
/** The name as sent, and as the page must show it. */
const readers = [
  { word: 'Ann', shown: 'Hello, Ann<' },
  { word: '<script>bob()</script>', shown: 'Hello, &lt;script&gt;bob()&lt;/script&gt;<' },
] as const

let scratch: ScratchDatabase
let api: ApiProcess
beforeAll(async () => {
  scratch = await createScratchDatabase(process.env.TEST_DATABASE_URL!, inject('template'))
  const database = createDatabase({ url: scratch.url })
  await migrate(database, strategyNames.map(schemaName))
  await loadPosts(database, [schemaName(STRATEGY)], { count: 200 })
  await database.close()
  const REDIS_PREFIX = `readers-${process.pid}:`
  api = await startApi({
    DATABASE_URL: scratch.url,
    REDIS_URL: process.env.TEST_REDIS_URL!,
    REDIS_PREFIX,
  })
})
afterAll(async () => {
  await api?.kill()
  await scratch?.drop()
})

it.each(layers)(
  `${REQUESTS} requests of two readers in turns, layer %s, while posts change`,
  async (layer) => {
    const url = `${api.url}/posts?strategy=${STRATEGY}&layer=${layer}`
    let next = 0
    const wrong: string[] = []
    const said = new Set<string>()
    const work = async () => {
      for (let i = next++; i < REQUESTS; i = next++) {
        if (i % 100 === 50) await change(i)
        const [mine, other] = i % 2 === 0 ? readers : [readers[1], readers[0]]
        const answer = await fetch(url, { headers: { Cookie: `a=b; reader=${encodeURIComponent(mine.word)}` } })
        const text = await answer.text()
        const isRight =
          answer.status === 200 && text.includes(mine.shown) && !text.includes(other.shown) && !text.includes('<script')
        if (!isRight) wrong.push(text.slice(0, 4_000))
        said.add(answer.headers.get('X-Cache-Layers')!)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    expect(wrong).toEqual([])
    // The test is meaningful only if the cache was cold, shared and warm.
    const seen = [...said].join()
    for (const outcome of layer === 'none' ? ['BYPASS'] : ['MISS', 'HIT', 'COLLAPSED']) expect(seen).toContain(outcome)
  },
  120_000,
)

async function change(i: number): Promise<void> {
  const answer = await fetch(`${api.url}/api/posts/${1 + (i % 20)}?strategy=${STRATEGY}`, {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ title: `Title ${i}` }),
  })
  expect(answer.status).toBe(200)
}
