import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { lacksTools } from './lacks-tools.ts'
import { shiftedClock } from './shifted-clock.ts'

it.skipIf(lacksTools('faketime'))('shifts the wall clock, but not timers', () => {
  const script = `const began = Date.now(), at = performance.now()
    setTimeout(() => console.log(JSON.stringify([Date.now(), Date.now() - began, performance.now() - at])), 50)`
  const answer = execFileSync(process.execPath, ['-e', script], { env: shiftedClock('+1h'), encoding: 'utf8' })
  const [now, waitedWall, waited] = JSON.parse(answer) as [number, number, number]
  expect(Math.abs(now - Date.now() - 3_600_000)).toBeLessThan(5_000)
  expect([waitedWall, waited].every((ms) => ms >= 49 && ms < 5_000)).toBe(true)
})
