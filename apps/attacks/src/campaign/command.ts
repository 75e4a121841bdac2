/** `pnpm attack campaign`: attacks every strategy, keeps the histories, and exits with 1 unless all came out as expected. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { collect, describeCommand, UsageError, wholeNumber } from 'command-line'
import { describeViolation, writeHistory } from 'history'
import { strategyNames } from 'strategies'
import { failuresOf, tableHead, tableRow } from './report.ts'
import { runCampaign, setting, type Turn } from './run-campaign.ts'

interface Flags {
  operations: number
  seed: number
  strategy?: string[]
  out: string
}

export const command = describeCommand('pnpm attack campaign', {
  does:
    'Attacks every strategy: 8 clients record the answers of 3 API processes while Redis loses keys, and a checker checks them. ' +
    'Keeps the histories for `pnpm check-history`.',
  needs:
    'redis-server or valkey-server on PATH. DATABASE_URL names a Postgres server for a throw-away database; without it a slower ' +
    'embedded one is started.',
  prints:
    'The setting, one row per strategy, and the violations of its guarantee. Exit code 1 if a guarantee is broken, a read fails, or ' +
    'no naive strategy is caught.',
})
  .option('--operations <n>', 'in total, spread evenly over the strategies', whole('--operations'), 100_000)
  .option('--seed <n>', 'decides which operations are done', whole('--seed'), 1)
  .option('--strategy <name>', 'only this strategy; repeatable', oneOfThem)
  .option('--out <folder>', 'folder for the histories', join(import.meta.dirname, '../../../../results/histories'))
  .action(async (flags: Flags) => {
    process.exitCode = await main(flags)
  })

function whole(flag: string) {
  return wholeNumber(flag, { min: 0, max: 9_999_999_999 })
}

function oneOfThem(name: string, before: string[] | undefined): string[] {
  if (strategyNames.some((known) => known === name)) return collect(name, before)
  throw new UsageError(`--strategy ${JSON.stringify(name)} is not allowed; give one of ${strategyNames.join(', ')}`)
}

async function main({ operations, seed, strategy, out }: Flags): Promise<number> {
  await mkdir(out, { recursive: true })
  const options = { length: { operations }, seed, strategies: strategy }
  console.log(JSON.stringify(setting))
  console.log(tableHead())
  const turns: Turn[] = []
  for await (const turn of runCampaign(options)) {
    const { header, operations, promise, verdict } = turn
    await writeHistory(join(out, `${promise.strategy}.jsonl.gz`), { header, operations })
    console.log(tableRow(turn))
    if (promise.breaks === undefined && !verdict.holds) {
      for (const violation of verdict.violations.filter((v) => v.promised).slice(0, 5))
        console.log(describeViolation(violation))
    }
    // Not kept in memory: a million operations take 1 GB, and the file has them.
    turns.push({ ...turn, operations: [] })
  }
  const failures = failuresOf(turns)
  console.log(`\nhistories: ${out}; check one again: pnpm check-history FILE`)
  for (const failure of failures) console.log(`FAILED: ${failure}`)
  return failures.length === 0 ? 0 : 1
}
