/** `pnpm --filter compare run loads-per-expiry`: how many loads an expiry costs, simulated beside theory. */
import { writeFileSync } from 'node:fs'
import { describeCommand, runCommand } from 'command-line'
import {
  type ExpiryRow,
  type ExpiryRun,
  expiryCases,
  isWithinTolerance,
  nameOf,
  setting,
  simulateCase,
} from '../src/simulation/expiry-cases.ts'
import { expiryPicture } from './picture.ts'

const runs = new URL('../../../docs/runs/', import.meta.url)

const command = describeCommand('pnpm --filter compare run loads-per-expiry', {
  does:
    `Counts the loads of ${setting.expiries} expiries of one key on a virtual clock, for each read strategy, and compares them with theory. ` +
    'Writes docs/runs/loads-per-expiry.json and its picture; `pnpm readme-tables` makes the tables from it.',
  needs: 'Nothing. It takes about a minute.',
  prints: 'A line per case. Exit code 1 if a case differs from theory by more than its tolerance.',
}).action(simulateAll)

await runCommand(command)

async function simulateAll(): Promise<void> {
  const rows: ExpiryRow[] = []
  for (const expiryCase of expiryCases) {
    const row = await simulateCase(expiryCase)
    rows.push(row)
    console.log(line(row))
    if (!isWithinTolerance(row)) process.exitCode = 1
  }
  const run: ExpiryRun = {
    format: 'loads-per-expiry/1',
    command: 'pnpm --filter compare run loads-per-expiry',
    setting,
    rows,
  }
  writeFileSync(new URL('loads-per-expiry.json', runs), `${JSON.stringify(run, undefined, 2)}\n`)
  writeFileSync(new URL('loads-per-expiry.svg', runs), expiryPicture(run))
}

function line(row: ExpiryRow): string {
  const { formula, theory, simulated } = row
  const figures = `${simulated.loadsPerExpiry.toFixed(2)} loads per expiry; theory ${formula} = ${theory.toFixed(2)}`
  return `${nameOf(row)}: ${figures}${isWithinTolerance(row) ? '' : ': OFF'}`
}
