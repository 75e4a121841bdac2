/** The fields of the load form: how the form writes the API's settings. */
import type { LoadSettings, LoadState } from './api-types.ts'

type Setting = Exclude<keyof LoadSettings, 'strategies' | 'posts'>

export interface LoadField {
  readonly name: Setting
  readonly label: string
  readonly unit: string
  /** The API's value is the shown one times this. */
  readonly times: number
  readonly min: number
  readonly max: (limits: LoadState['limits']) => number
  readonly step: number
}

export const loadFields: readonly LoadField[] = [
  {
    name: 'ratePerSecond',
    label: 'Rate per strategy',
    unit: '/s',
    times: 1,
    min: 1,
    max: ({ ratePerSecond }) => ratePerSecond,
    step: 1,
  },
  { name: 'seconds', label: 'Duration', unit: 's', times: 1, min: 1, max: ({ seconds }) => seconds, step: 1 },
  { name: 'zipf', label: 'Zipf exponent', unit: '0 to 2', times: 1, min: 0, max: () => 2, step: 0.1 },
  { name: 'writeShare', label: 'Writes', unit: '%', times: 0.01, min: 0, max: () => 100, step: 0.5 },
  { name: 'ttlMs', label: 'TTL', unit: 's', times: 1_000, min: 0.1, max: () => 600, step: 0.1 },
  { name: 'originDelayMs', label: 'Extra database delay', unit: 'ms', times: 1, min: 0, max: () => 5_000, step: 1 },
]

/** As shown; without binary dust such as 0.30000000000000004. */
export function shownValue({ times }: LoadField, setting: number): string {
  return String(Number((setting / times).toPrecision(10)))
}

/** As the API takes it. */
export function settingOf({ times }: LoadField, shown: string): number {
  return Number((Number(shown) * times).toPrecision(10))
}
