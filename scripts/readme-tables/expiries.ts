import type { ExpiryRow, ExpiryRun } from '../../apps/compare/src/simulation/expiry-cases.ts'
import { seconds, table } from './figures.ts'
import { run } from './stored-runs.ts'

/** The simulated expiries of all or some read strategies. */
export function expiriesTable(runs: string, isShown: (row: ExpiryRow) => boolean = () => true): string {
  const { setting, rows } = run('loads-per-expiry') as ExpiryRun
  const { readsPerSecond, loadMs, ttlMs, expiries } = setting
  const load =
    `${readsPerSecond.toLocaleString('en')} random reads/s, each through its own cache over one store; a load takes ${loadMs} ms, TTL ${seconds(ttlMs)}; ` +
    `${expiries.toLocaleString('en')} expiries on the virtual clock ([the run](${runs}/loads-per-expiry.json)):`
  const head = [
    'read strategy',
    'lease',
    'loads per expiry',
    'theory',
    'reads that waited, per expiry',
    'time between expiries, s',
  ]
  const cells = ({ strategy, beta, lease, formula, theory, simulated }: ExpiryRow) => [
    beta === undefined ? strategy : `${strategy}, beta ${beta}`,
    lease ? 'yes' : 'no',
    simulated.loadsPerExpiry.toFixed(2),
    lease ? formula : `${formula} = ${theory.toFixed(2)}`,
    simulated.waitedPerExpiry.toFixed(1),
    (simulated.everyMs / 1_000).toFixed(2),
  ]
  return `${load}\n\n${table(head, rows.filter(isShown).map(cells))}`
}
