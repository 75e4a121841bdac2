/** The cases of docs/runs/loads-per-expiry.json, each with theory's prediction and the simulated strategy. */
import { naiveLoads, xfetchLoads } from '../theory/loads-per-expiry.ts'
import { type Expiries, type ExpiriesOptions, loadsPerExpiry } from './loads-per-expiry.ts'

export const setting = { readsPerSecond: 1_000, loadMs: 100, ttlMs: 5_000, expiries: 1_000, seed: 1 } as const

/** The fraction by which a case may differ from theory. */
export const TOLERANCE = 0.15

interface ExpiryCase extends Required<Pick<ExpiriesOptions, 'strategy' | 'lease'>> {
  /** Only for `xfetch`. */
  readonly beta?: number
  readonly formula: string
  readonly theory: number
  /** 0 if theory is exact. */
  readonly tolerance: number
}

export interface ExpiryRow extends ExpiryCase {
  readonly simulated: Expiries
}

export interface ExpiryRun {
  readonly format: 'loads-per-expiry/1'
  readonly command: string
  readonly setting: typeof setting
  readonly rows: readonly ExpiryRow[]
}

export const BETAS = [0.5, 1, 2]

const oneLoad = { lease: true, formula: '1', theory: 1, tolerance: 0 } as const

export const expiryCases: readonly ExpiryCase[] = [
  {
    strategy: 'cache-aside',
    lease: false,
    formula: '1 + λδ',
    theory: naiveLoads(setting.readsPerSecond, setting.loadMs),
    tolerance: TOLERANCE,
  },
  ...BETAS.map((beta) => ({
    strategy: 'xfetch' as const,
    lease: false,
    beta,
    formula: 'e^(1/beta)',
    theory: xfetchLoads(beta),
    tolerance: TOLERANCE,
  })),
  ...BETAS.map((beta) => ({ strategy: 'xfetch' as const, beta, ...oneLoad })),
  { strategy: 'refresh-ahead', ...oneLoad },
  { strategy: 'stale-while-revalidate', ...oneLoad },
  { strategy: 'stampede-lock', ...oneLoad },
]

export function nameOf({ strategy, beta, lease }: ExpiryCase): string {
  return `${strategy}${beta === undefined ? '' : `, beta ${beta}`}, ${lease ? 'lease' : 'no lease'}`
}

export async function simulateCase(expiryCase: ExpiryCase, expiries: number = setting.expiries): Promise<ExpiryRow> {
  return { ...expiryCase, simulated: await loadsPerExpiry({ ...setting, ...expiryCase, expiries }) }
}

export function isWithinTolerance({ theory, tolerance, simulated }: ExpiryRow): boolean {
  return Math.abs(simulated.loadsPerExpiry - theory) <= tolerance * theory
}
