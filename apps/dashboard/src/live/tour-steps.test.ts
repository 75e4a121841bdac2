import { strategyNames } from 'strategies'
import { expect, it } from 'vitest'
import { tourSteps } from './tour-steps.ts'

it('has six steps, each within the limits of a load', () => {
  expect(tourSteps).toHaveLength(6)
  for (const { title, load } of tourSteps) {
    expect(load.ratePerSecond, title).toBeLessThanOrEqual(200)
    expect(load.seconds, title).toBeLessThanOrEqual(60)
  }
})

it('says what to look at in one sentence, about strategies that it drives', () => {
  for (const { look, strategies } of tourSteps) {
    expect(look.match(/[.!?](?:\s|$)/g), look).toHaveLength(1)
    expect(strategyNames).toEqual(expect.arrayContaining([...strategies]))
    const named = strategyNames.filter((name) => name.includes('-') && look.includes(name))
    expect(strategies, look).toEqual(expect.arrayContaining(named))
  }
})
