/** Write-behind with 3 processes: each acknowledged version is the previous one + 1, and the database ends at the last. */
import { createDatabase, type Post, postsRepository, schemaName } from 'posts-db'
import { expect, it, onTestFinished } from 'vitest'
import { startPostWriters, untilStored, wrongWrites } from '../src/drills/post-writers.ts'
import { until } from '../src/drills/until.ts'
import { startAttackedSystem } from '../src/start-attacked-system.ts'

/** 10,000 writes, with WRITES=10000, take several minutes on a busy machine. */
const WRITES = Number(process.env.WRITES ?? 1_000)
const WITHIN_MS = 600_000

it(`8 clients write 6 posts through 3 processes, ${WRITES} times`, { timeout: WITHIN_MS + 60_000 }, async () => {
  const system = await startAttackedSystem({ posts: 10, apis: [{}, {}, {}] })
  onTestFinished(() => system.stop())
  const database = createDatabase({ url: system.services.postgres!.url })
  onTestFinished(() => database.close())
  const posts = postsRepository(database, schemaName('write-behind'))

  const startedAt = performance.now()
  const writers = startPostWriters({ urls: system.urls, ids: [1, 2, 3, 4, 5, 6], clients: 8 })
  await until(`${WRITES} writes are acknowledged`, WITHIN_MS, () => writers.acknowledged() >= WRITES)
  const seen = await writers.stop()
  const tookMs = performance.now() - startedAt
  await untilStored(system.urls[0]!, 15_000)
  const storedAfterMs = performance.now() - startedAt - tookMs
  const stored = async (id: number) => JSON.parse((await posts.byId(id))!.json) as Post
  expect(await wrongWrites(seen, stored)).toEqual([])
  expect([...seen.failures]).toEqual([])
  expect(system.errors()).toEqual([])
  console.log(
    `${seen.writes.length} writes in ${(tookMs / 1_000).toFixed(1)} s: ${[...seen.acks].join('; ')}; ` +
      `stored ${storedAfterMs.toFixed(0)} ms after the last one`,
  )
})
