/**
 * Writes the tables of README and docs from the stored runs in docs/runs, so that no figure is typed by hand. A table
 * is between `<!-- table: NAME -->` and `<!-- /table -->`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeCommand, runCommand } from 'command-line'
import { strategyNames } from '../packages/strategies/src/strategy-names.ts'
import { expiriesTable } from './readme-tables/expiries.ts'
import { peerTables } from './readme-tables/peers.ts'
import { performanceTables } from './readme-tables/performance.ts'
import { placesTables } from './readme-tables/places.ts'
import { readmeTables } from './readme-tables/readme.ts'
import { simulatingTables } from './readme-tables/simulating.ts'
import { root } from './readme-tables/stored-runs.ts'
import { strategyTables } from './readme-tables/strategy-pages.ts'

const pagesWithTables = (): Record<string, Record<string, () => string>> => ({
  'README.md': readmeTables,
  'docs/performance.md': performanceTables,
  'docs/peers.md': peerTables,
  'docs/places.md': placesTables,
  'docs/simulating.md': simulatingTables,
  'docs/theory.md': { expiries: () => expiriesTable('runs') },
  ...Object.fromEntries(strategyNames.map((name) => [`docs/strategies/${name}.md`, strategyTables(name)])),
})

const command = describeCommand('pnpm readme-tables', {
  does: 'Writes the tables of README.md, docs/performance.md, docs/peers.md, docs/places.md, docs/simulating.md, docs/theory.md and docs/strategies from the stored runs in docs/runs.',
  needs: 'Nothing but these files.',
  prints: 'The changed pages. With --check, the pages whose tables are out of date; exit code 1 if there are any.',
})
  .option('--check', 'changes nothing')
  .action(({ check = false }: { check?: boolean }) => update(check))

await runCommand(command)

function update(isCheck: boolean): void {
  for (const [page, tables] of Object.entries(pagesWithTables())) {
    const file = join(root, page)
    const before = readFileSync(file, 'utf8')
    const after = withTables(before, page, tables)
    if (after === before) continue
    if (isCheck) {
      console.error(`${page}: its tables are out of date; run pnpm readme-tables`)
      process.exitCode = 1
    } else {
      writeFileSync(file, after)
      console.log(page)
    }
  }
}

function withTables(text: string, file: string, tables: Record<string, () => string>): string {
  let after = text
  for (const [name, make] of Object.entries(tables)) {
    const begin = `<!-- table: ${name} -->`
    const start = after.indexOf(begin)
    const end = after.indexOf('<!-- /table -->', start)
    if (start === -1 || end === -1) throw new Error(`${file} has no ${begin} … <!-- /table -->`)
    after = `${after.slice(0, start + begin.length)}\n${make()}\n${after.slice(end)}`
  }
  return after
}
