/** `pnpm attack fuzz`: sends generated requests through prism, which checks every answer against `/openapi.json`. */
import { describeCommand } from 'command-line'
import fc from 'fast-check'
import { startAttackedSystem } from '../start-attacked-system.ts'
import { prismVerdict, startPrism } from './prism.ts'
import { type FuzzRequest, fuzzRequest } from './requests.ts'
import { type Answer, send } from './send.ts'

export const command = describeCommand('pnpm attack fuzz', {
  does:
    'Starts an API and sends generated requests through prism, which checks every answer against /openapi.json. FUZZ_RUNS is the number of ' +
    'requests, 36,000 by default; about 20,000 of them pass prism, the others go directly to the API. FUZZ_SEED repeats a run.',
  needs:
    'redis-server or valkey-server on PATH, and npx, which fetches prism. DATABASE_URL names a Postgres server for a temporary database; ' +
    'without it an embedded one is started.',
  prints:
    'The seed, the statuses and the failures. Exit code 1 for a status of 500 or above, an answer that violates the document, a dropped ' +
    'connection, a logged error, or a crashed API.',
}).action(fuzz)

async function fuzz(): Promise<void> {
  const runs = Number(process.env.FUZZ_RUNS ?? 36_000)
  const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31)
  console.log(`${runs} requests, seed ${seed}`)

  const system = await startAttackedSystem({ posts: 30, apis: [{}] })
  const api = system.apis[0]!
  const startedAt = performance.now()
  const prism = await startPrism(api.url)
  console.log(`prism listens after ${Math.round(performance.now() - startedAt)} ms`)

  const seen = { 'through prism': 0, 'past prism': 0 }
  const statuses: Record<string, number> = {}

  async function ask(request: FuzzRequest): Promise<void> {
    const proxied = isForPrism(request) ? await send(prism.url, request).catch(() => undefined) : undefined
    if (!prism.isThere()) throw new Error('prism has exited')
    const verdict = proxied ? prismVerdict(proxied) : 'prism'
    if (typeof verdict === 'object') throw new Error(`the answer violates the document: ${verdict.breaks}`)
    // Requests that prism does not forward go directly to the API.
    const answer = verdict === 'api' ? proxied! : await send(api.url, request)
    seen[verdict === 'api' ? 'through prism' : 'past prism']++
    statuses[answer.status] = (statuses[answer.status] ?? 0) + 1
    check(answer, verdict === 'api' ? 'through prism' : 'past prism')
  }

  try {
    const result = await fc.check(fc.asyncProperty(fuzzRequest, ask), { numRuns: runs, seed, endOnFailure: false })
    console.log({ requests: result.numRuns, ...seen, statuses })
    const errors = system.errors()
    const health = await fetch(`${api.url}/healthz`).then(({ status }) => status)
    const crashed = api.child.exitCode !== null || health !== 200
    if (errors.length > 0) console.log(`logged as errors: ${errors.length}\n${errors.slice(0, 5).join('\n')}`)
    if (crashed) console.log(`the API has crashed:\n${api.output().slice(-2_000)}`)
    if (result.failed) report(result.counterexample?.[0], result.errorInstance)
    const failed = result.failed || errors.length > 0 || crashed
    console.log(
      failed ? 'FAILED' : `ok: ${result.numRuns} requests, no 5xx, no violation of the document, no logged error`,
    )
    process.exitCode = failed ? 1 : 0
  } finally {
    await prism.stop()
    await system.stop()
  }
}

/** Prism wrongly expects a body for HEAD, and takes the list's path with a trailing slash for a post without an id. */
function isForPrism({ method, target }: FuzzRequest): boolean {
  return method !== 'HEAD' && !/^[^?]*\/(?:\?|$)/.test(target)
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
