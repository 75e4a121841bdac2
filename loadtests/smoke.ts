/**
 * Checks that the API fulfils its contract under each strategy, with a few requests each; takes seconds:
 * `k6 run loadtests/smoke.ts`. Options: BASE_URL, ADMIN_TOKEN, STRATEGIES and POST (the id to read and rename).
 */
import { check, sleep } from 'k6'
import http from 'k6/http'
import { strategyNames } from '../packages/strategies/src/strategy-names.ts'
import { connect, type StrategyInfo } from './lib/api.ts'
import { listedStrategies, orAbort } from './lib/api-control.ts'
import { baseUrlFrom, explained, integerFrom, strategiesFrom, textFrom } from './lib/env.ts'
import { outcomeOf, servedBy } from './lib/outcomes.ts'
import { requirePost } from './lib/present-posts.ts'
import { type ReadAnswer, readList, readPost, readReport, renamePost } from './lib/requests.ts'

const config = explained(() => ({
  baseUrl: baseUrlFrom(__ENV, 'BASE_URL', 'http://127.0.0.1:3000'),
  adminToken: textFrom(__ENV, 'ADMIN_TOKEN', ''),
  strategies: strategiesFrom(__ENV, 'STRATEGIES', strategyNames),
  post: integerFrom(__ENV, 'POST', { fallback: 42, min: 1, max: Number.MAX_SAFE_INTEGER }),
  acceptEncoding: 'gzip',
}))
const api = connect(config.baseUrl, config.adminToken)

export const options = {
  vus: 1,
  iterations: 1,
  thresholds: { checks: ['rate==1'] },
  throw: true,
}

export function setup(): StrategyInfo[] {
  return orAbort(() => listedStrategies(api, strategyNames, config.strategies))
}

export default function smoke(listed: StrategyInfo[]) {
  for (const strategy of listed) orAbort(() => smokeOne(strategy))
}

function smokeOne({ name: strategy, store, write }: StrategyInfo) {
  const target = { ...config, strategy, knowsAllWrites: true }
  const keeps = store !== 'none'
  const expiresOnly = write === 'expire-only'
  requirePost(target, config.post)
  api.flush(strategy)
  const first = readPost(target, config.post)
  const second = readPost(target, config.post)
  const written = renamePost(target, config.post, `Smoke test ${Date.now()}`)
  const afterwards = readPost(target, config.post)
  // A queued write invalidates lists once it is in the database.
  if (write === 'write-behind') sleep(1)
  const lists = [readList(target), readList(target)]
  const reports = [readReport(target), readReport(target)]
  const missing = http.get(`${config.baseUrl}/api/posts/${2 ** 40}?strategy=${strategy}`, {
    responseCallback: http.expectedStatuses(404),
  })
  check(null, {
    [`${strategy}: a first read waits for the database`]: () => served(first) === 'database',
    [`${strategy}: a second read comes from the ${keeps ? 'cache' : 'database'}`]: () =>
      served(second) === (keeps ? 'cache' : 'database'),
    [`${strategy}: a write is acknowledged`]: () => !('failure' in written),
    [`${strategy}: a read after the write is ${expiresOnly ? 'answered' : 'current'}`]: () =>
      !('failure' in afterwards) && (expiresOnly || (afterwards.staleForMs ?? 0) === 0),
    [`${strategy}: a second list comes from the ${keeps ? 'cache' : 'database'}`]: () =>
      served(lists[0]!) === 'database' && served(lists[1]!) === (keeps ? 'cache' : 'database'),
    [`${strategy}: a second report comes from the ${keeps ? 'cache' : 'database'}`]: () =>
      served(reports[0]!) === 'database' && served(reports[1]!) === (keeps ? 'cache' : 'database'),
    [`${strategy}: a missing post is 404, with X-Cache`]: () =>
      missing.status === 404 && outcomeOf(missing.headers['X-Cache']) !== undefined,
  })
}

/** The source of the answer, or the kind of failure. */
function served(answer: ReadAnswer): string {
  return 'failure' in answer ? answer.failure : servedBy(answer.outcome)
}
