type Tags = Record<string, string>

/** A Trend's figures. Without samples, the count is 0 and the rest null. */
export interface Distribution {
  count: number
  min: number | null
  p50: number | null
  p90: number | null
  p95: number | null
  p99: number | null
  p999: number | null
  max: number | null
}

/** The statistics for `options.summaryTrendStats` that {@link Distribution} needs. */
export const TREND_STATS = ['count', 'min', 'avg', 'med', 'p(90)', 'p(95)', 'p(99)', 'p(99.9)', 'max']

/** The end-of-test figures of a metric with certain tags. */
export interface Summary {
  counter(metric: string, tags: Tags): number
  trend(metric: string, tags: Tags): Distribution
}

/** The part of the data of `handleSummary` that is read here. */
export interface SummaryData {
  metrics: Record<
    string,
    { values: Record<string, number>; thresholds?: Record<string, { ok: boolean }> | undefined } | undefined
  >
}

/** The return value of `handleSummary` without figures; undefined with figures. */
export function withoutFigures(
  data: Partial<SummaryData> & { setup_data?: unknown },
): Record<string, string> | undefined {
  if (!data.metrics) {
    return { stderr: "No table: this script needs k6's classic summary; unset K6_NEW_MACHINE_READABLE_SUMMARY.\n" }
  }
  // Without setup data, setup failed and printed the reason.
  return data.setup_data ? undefined : {}
}

/** A metric restricted to tags, in k6's notation: `answers{strategy:write-through,outcome:hit}`. */
function selector(metric: string, tags: Tags): string {
  const pairs = Object.entries(tags).map(([tag, value]) => `${tag}:${value}`)
  return pairs.length === 0 ? metric : `${metric}{${pairs.join(',')}}`
}

export function summaryOf(data: SummaryData): Summary {
  const values = (metric: string, tags: Tags) => data.metrics[selector(metric, tags)]?.values
  return {
    counter: (metric, tags) => values(metric, tags)?.count ?? 0,
    trend(metric, tags) {
      const found = values(metric, tags)
      const count = found?.count ?? 0
      if (!found || count === 0) return { ...NO_SAMPLES }
      return {
        count,
        min: found.min ?? null,
        p50: found.med ?? null,
        p90: found['p(90)'] ?? null,
        p95: found['p(95)'] ?? null,
        p99: found['p(99)'] ?? null,
        p999: found['p(99.9)'] ?? null,
        max: found.max ?? null,
      }
    },
  }
}

const NO_SAMPLES: Distribution = {
  count: 0,
  min: null,
  p50: null,
  p90: null,
  p95: null,
  p99: null,
  p999: null,
  max: null,
}

/**
 * k6 keeps figures per tag only if a threshold names them; an empty threshold is enough. So the code that reads the
 * summary runs once in advance against this recorder, which collects the figures to keep.
 */
export function selectorsReadBy(read: (summary: Summary) => unknown): string[] {
  const selectors = new Set<string>()
  const answering =
    <T>(nothing: T) =>
    (metric: string, tags: Tags): T => {
      selectors.add(selector(metric, tags))
      return nothing
    }
  read({ counter: answering(0), trend: answering({ ...NO_SAMPLES }) })
  return [...selectors]
}

/** Whether every threshold of the run held. */
export function allThresholdsHeld(data: SummaryData): boolean {
  return Object.values(data.metrics).every((metric) =>
    Object.values(metric?.thresholds ?? {}).every((threshold) => threshold.ok),
  )
}
