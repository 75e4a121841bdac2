/** Generated requests over real connections. `pnpm attack fuzz` sends many more, through prism. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fuzzRequest } from '../src/fuzz/requests.ts'
import { send } from '../src/fuzz/send.ts'
import { startWorld, type World } from '../src/world.ts'

const RUNS = 400

let world: World
beforeAll(async () => {
  world = await startWorld(10)
})
afterAll(() => world.stop())

it(`answers ${RUNS} generated requests, refuses with problems, and logs no error`, async () => {
  await fc.assert(
    fc.asyncProperty(fuzzRequest, async (request) => {
      const { status, headers, text } = await send(world.url, request)
      expect(status, text).toBeLessThan(500)
      if (status >= 400) expect(headers['content-type']).toBe('application/problem+json')
    }),
    { numRuns: RUNS },
  )
  expect(world.errors()).toEqual([])
  expect((await fetch(`${world.url}/healthz`)).status).toBe(200)
}, 60_000)
