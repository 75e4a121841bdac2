/** Checks docs/runs/loads-per-expiry.json and its picture against today's strategies. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { expiryPicture } from '../loads-per-expiry/picture.ts'
import {
  type ExpiryRun,
  expiryCases,
  isWithinTolerance,
  nameOf,
  setting,
  simulateCase,
} from '../src/simulation/expiry-cases.ts'

const stored = (name: string) => readFileSync(new URL(`../../../docs/runs/${name}`, import.meta.url), 'utf8')
const run = JSON.parse(stored('loads-per-expiry.json')) as ExpiryRun

describe('the stored run', () => {
  it('has every case, with the settings of the code', () => {
    expect(run.setting).toEqual(setting)
    expect(run.rows.map(({ simulated: _, ...expiryCase }) => expiryCase)).toEqual(expiryCases)
  })

  it('agrees with theory', () => {
    expect(run.rows.filter((row) => !isWithinTolerance(row))).toEqual([])
  })

  it.each(run.rows.map((row) => ({ name: nameOf(row), row })))(
    'has the result of $name',
    { timeout: 60_000 },
    async ({ row }) => {
      const { simulated: _, ...expiryCase } = row
      expect(await simulateCase(expiryCase)).toEqual(row)
    },
  )

  it('has the picture drawn from it', () => {
    expect(stored('loads-per-expiry.svg')).toBe(expiryPicture(run))
  })
})
