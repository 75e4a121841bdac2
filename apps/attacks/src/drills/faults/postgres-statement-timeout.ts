import { schemaName } from 'posts-db'
import type { Drill } from '../drill.ts'
import { expectUnavailable } from '../expect-unavailable.ts'
import { readMetrics } from '../resources.ts'
import { until } from '../until.ts'

const TIMEOUT_MS = 400
const FAILURES = 10

export const postgresStatementTimeout: Drill = {
  name: 'postgres-statement-timeout',
  fault: `the tables are locked for longer than statements may take (${TIMEOUT_MS} ms)`,
  holds: 'hits are served; other reads and writes fail with 503 until the lock is released; no stale reads',
  databaseParameters: `statement_timeout=${TIMEOUT_MS}`,
  allows: { failures: [503] },
  async inject({ database, apis, strategies, load }) {
    const failedReads = async () => {
      const all = await Promise.all(apis.map(({ url }) => readMetrics(url)))
      return all.flatMap((metrics) =>
        strategies.map((name) => metrics.get(`posts_api_failed_reads_total{strategy="${name}"}`)!),
      )
    }
    const before = sum(await failedReads())
    await database.query('BEGIN')
    await database.query(
      `LOCK TABLE ${strategies.map((name) => `${schemaName(name)}.posts`).join(', ')} IN ACCESS EXCLUSIVE MODE`,
    )
    await expectUnavailable(apis[0]!, strategies[0]!)
    await until(`${FAILURES} reads have failed`, 15_000, async () => sum(await failedReads()) >= before + FAILURES)
    await database.query('COMMIT')
    await load.more(50)
  },
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
