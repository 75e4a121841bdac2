/** `pnpm campaign`: every strategy under attack, histories kept, exit code 1 unless all came out as they should. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { describeViolation, writeHistory } from '../src/index.ts'
import { failuresOf, tableHead, tableRow } from './report.ts'
import { runCampaign, setting, type Turn } from './run-campaign.ts'

const usage = `pnpm campaign [--operations N] [--seed N] [--strategy NAME]… [--out FOLDER]

  --operations N   in all, spread evenly over the strategies, default 100000
  --seed N         default 1
  --strategy NAME  only this one; may be given several times
  --out FOLDER     where the histories go, default results/histories
  DATABASE_URL     a Postgres server for a throw-away database; default: an embedded one, which is slower`

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: {
    operations: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    strategy: { type: 'string', multiple: true },
    out: { type: 'string', default: join(import.meta.dirname, '../../../results/histories') },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
process.exitCode = values.help ? say(usage) : await main()

async function main(): Promise<number> {
  const operations = wholeNumber('operations', values.operations)
  const seed = wholeNumber('seed', values.seed)
  await mkdir(values.out, { recursive: true })
  const options = { length: { operations }, seed, strategies: values.strategy }
  console.log(JSON.stringify(setting))
  console.log(tableHead())
  const turns: Turn[] = []
  for await (const turn of runCampaign({ ...options, databaseServer: process.env.DATABASE_URL || undefined })) {
    const { header, operations, promise, verdict } = turn
    await writeHistory(join(values.out, `${promise.strategy}.jsonl.gz`), { header, operations })
    console.log(tableRow(turn))
    if (promise.breaks === undefined && !verdict.holds) {
      for (const violation of verdict.violations.filter((v) => v.promised).slice(0, 5))
        console.log(describeViolation(violation))
    }
    // A million operations are a gigabyte; the file has them.
    turns.push({ ...turn, operations: [] })
  }
  const failures = failuresOf(turns)
  console.log(`\nhistories: ${values.out}; judge one again: pnpm check-history FILE`)
  for (const failure of failures) console.log(`FAILED: ${failure}`)
  return failures.length === 0 ? 0 : 1
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text)
  throw new Error(`--${name} is ${JSON.stringify(text)}; give a whole number`)
}

function say(text: string): number {
  console.log(text)
  return 0
}
