/** The campaign in short form; `pnpm attack campaign` is the long one. */
import { expect, it } from 'vitest'
import { failuresOf, tableHead, tableRow } from '../src/campaign/report.ts'
import { runCampaign, type Turn } from '../src/campaign/run-campaign.ts'

const MS_EACH = 2_000

it('every strategy keeps its guarantee under attack from outside, and the naive ones are caught', async () => {
  const turns: Turn[] = []
  console.log(tableHead())
  for await (const turn of runCampaign({ length: { msEach: MS_EACH }, seed: 1 })) {
    console.log(tableRow(turn))
    // With fewer writes the strategy has not been attacked.
    expect(turn.verdict.writes.ok, turn.promise.strategy).toBeGreaterThan(50)
    turns.push(turn)
  }
  const violations = turns
    .filter(({ promise }) => promise.breaks === undefined)
    .flatMap(({ verdict }) => verdict.violations.filter(({ promised }) => promised))
  expect(violations).toEqual([])
  expect(failuresOf(turns)).toEqual([])
}, 180_000)
