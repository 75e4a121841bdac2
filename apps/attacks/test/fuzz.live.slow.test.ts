/** Generated requests over real connections. `pnpm attack fuzz` sends many more, through prism. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fuzzRequest } from '../src/fuzz/requests.ts'
import { send } from '../src/fuzz/send.ts'
import { type AttackedSystem, startAttackedSystem } from '../src/start-attacked-system.ts'

const RUNS = 400

let system: AttackedSystem
let url: string
beforeAll(async () => {
  system = await startAttackedSystem({ posts: 10, apis: [{}] })
  url = system.urls[0]!
})
afterAll(() => system.stop())

it(`answers ${RUNS} generated requests, each refusal with a problem document, and logs no error`, async () => {
  await fc.assert(
    fc.asyncProperty(fuzzRequest, async (request) => {
      const { status, headers, text } = await send(url, request)
      expect(status, text).toBeLessThan(500)
      if (status >= 400) expect(headers['content-type']).toBe('application/problem+json')
    }),
    { numRuns: RUNS },
  )
  expect(system.errors()).toEqual([])
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
}, 60_000)
