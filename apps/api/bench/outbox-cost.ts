/**
 * The cost of the outbox per write: `DATABASE_URL=postgres://… pnpm --filter api exec node --conditions=workspace-source
 * bench/outbox-cost.ts`. Patches single posts, alternating between a copy with an outbox and one without. Uses a
 * temporary database.
 */
import { memoryStore } from 'cache-core'
import { createOutbox, newWriteId } from 'cache-core/postgres'
import { createScratchDatabase } from 'local-servers'
import { createDatabase, loadPosts, migrate, postsRepository, recordChanges, schemaName } from 'posts-db'
import { quantilesOf } from 'workload'

const POSTS = 1_000
const ROUNDS = 40
const WRITES_PER_ROUND = 200

const { DATABASE_URL } = process.env
if (!DATABASE_URL) throw new Error('DATABASE_URL is not set; set it to the Postgres server to measure')
const scratch = await createScratchDatabase(DATABASE_URL)
const database = createDatabase({ url: scratch.url })
const [recorded, plain] = [schemaName('recorded'), schemaName('plain')]
await migrate(database, [recorded, plain])
await loadPosts(database, [recorded, plain], { count: POSTS })
await recordChanges(database, recorded)
const outbox = createOutbox({ pool: database.pool, schema: recorded })
memoryStore({ outbox })
outbox.start()

const writers = {
  plain: (posts = postsRepository(database, plain)) => {
    return (id: number) => posts.patch(id, { title: `Title ${id}` })
  },
  recorded: (posts = postsRepository(database, recorded)) => {
    return async (id: number) => {
      const writeId = newWriteId()
      await posts.patch(id, { title: `Title ${id}` }, { writeId })
      outbox.delivered(writeId)
    }
  },
}

/** How long each write took in ms, with `atOnce` writes at a time. */
async function timeWrites(write: (id: number) => Promise<unknown>, atOnce: number): Promise<number[]> {
  const took: number[] = []
  let next = 0
  const work = async () => {
    while (next++ < WRITES_PER_ROUND) {
      const startedAt = performance.now()
      await write(1 + ((next * 7919) % POSTS))
      took.push(performance.now() - startedAt)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return took
}

for (const atOnce of [1, 8]) {
  const samples = { plain: [] as number[], recorded: [] as number[] }
  const medians = { plain: [] as number[], recorded: [] as number[] }
  for (let round = -2; round < ROUNDS; round++) {
    for (const name of round % 2 === 0 ? (['plain', 'recorded'] as const) : (['recorded', 'plain'] as const)) {
      const took = await timeWrites(writers[name](), atOnce)
      if (round < 0) continue // warming up
      samples[name].push(...took)
      medians[name].push(quantilesOf(took)(0.5))
    }
  }
  for (const name of ['plain', 'recorded'] as const) {
    const [all, rounds] = [quantilesOf(samples[name]), quantilesOf(medians[name])]
    const [median, p99, lowest, highest] = [all(0.5), all(0.99), rounds(0), rounds(1)].map((ms) => ms.toFixed(3))
    console.log(
      `${atOnce} in parallel, ${name}: median ${median} ms, p99 ${p99} ms, ` +
        `medians of rounds ${lowest}–${highest} (${samples[name].length} writes)`,
    )
  }
}

await outbox.close()
const { rows } = await database.pool.query(
  `select pg_total_relation_size('${recorded}.outbox') / count(*) as bytes from ${recorded}.outbox`,
)
console.log(`outbox: ${rows[0].bytes} bytes per row, including indexes and dead versions`)
await database.close()
await scratch.drop()
