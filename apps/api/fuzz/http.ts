/**
 * Generated requests through prism, which holds every answer to `/openapi.json`: `with-servers node fuzz/http.ts`.
 *
 * `FUZZ_RUNS` requests (default 36,000, of which some 20,000 get through prism; the others are put to the API itself) of the seed `FUZZ_SEED` (default by chance, printed). Fails on an answer of 500 and above,
 * one that breaks the document, a connection that is cut, a logged error, or an API that is not there any more.
 */
import fc from 'fast-check'
import { judgedByPrism, startPrism } from './prism.ts'
import { type FuzzRequest, fuzzRequest } from './requests.ts'
import { type Answer, send } from './send.ts'
import { startWorld } from './world.ts'

const runs = Number(process.env.FUZZ_RUNS ?? 36_000)
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31)
console.log(`${runs} requests, seed ${seed}`)

const world = await startWorld(30)
const startedAt = performance.now()
const prism = await startPrism(world.url)
console.log(`prism listens after ${Math.round(performance.now() - startedAt)} ms`)

const seen = { 'through prism': 0, 'past prism': 0 }
const statuses: Record<string, number> = {}

/** Prism misses the body of an answer to HEAD, and takes the path of the list with a slash for that of a post without an id. */
function isForPrism({ method, target }: FuzzRequest): boolean {
  return method !== 'HEAD' && !/^[^?]*\/(?:\?|$)/.test(target)
}

async function ask(request: FuzzRequest): Promise<void> {
  const proxied = isForPrism(request) ? await send(prism.url, request).catch(() => undefined) : undefined
  if (!prism.isThere()) throw new Error('prism is not there any more')
  const judged = proxied ? judgedByPrism(proxied) : 'prism'
  if (typeof judged === 'object') throw new Error(`the answer breaks the document: ${judged.breaks}`)
  // What prism would not pass on is put to the API itself.
  const answer = judged === 'api' ? proxied! : await send(world.url, request)
  seen[judged === 'api' ? 'through prism' : 'past prism']++
  statuses[answer.status] = (statuses[answer.status] ?? 0) + 1
  check(answer, judged === 'api' ? 'through prism' : 'past prism')
}

function check({ status, headers, text }: Answer, how: string): void {
  if (status >= 500) throw new Error(`answered ${how} with ${status}: ${text}`)
  if (status >= 400 && headers['content-type'] !== 'application/problem+json') {
    throw new Error(`${status} ${how} as ${headers['content-type']}: ${text} ${JSON.stringify(headers)}`)
  }
}

function report(request: FuzzRequest | null | undefined, why: unknown): void {
  console.log(why instanceof Error ? why.message : why)
  if (!request) return
  const { method, target, headers, body } = request
  console.log(JSON.stringify({ method, target, headers }))
  if (body !== undefined) console.log(`${body.length} bytes: ${JSON.stringify(body.toString('latin1').slice(0, 200))}`)
}

try {
  const result = await fc.check(fc.asyncProperty(fuzzRequest, ask), { numRuns: runs, seed, endOnFailure: false })
  console.log({ requests: result.numRuns, ...seen, statuses })
  const errors = world.errors()
  const health = await fetch(`${world.url}/healthz`).then(({ status }) => status)
  const crashed = world.child.exitCode !== null || health !== 200
  if (errors.length > 0) console.log(`logged as errors: ${errors.length}\n${errors.slice(0, 5).join('\n')}`)
  if (crashed) console.log(`the API is not there any more:\n${world.output().slice(-2_000)}`)
  if (result.failed) report(result.counterexample?.[0], result.errorInstance)
  const failed = result.failed || errors.length > 0 || crashed
  console.log(
    failed ? 'FAILED' : `ok: ${result.numRuns} requests, no 5xx, no answer that breaks the document, no logged error`,
  )
  process.exitCode = failed ? 1 : 0
} finally {
  await prism.stop()
  await world.stop()
}
