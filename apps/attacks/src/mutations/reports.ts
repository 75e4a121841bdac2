/** Reports on refreshes for operators, and caching headers for clients. */
import type { Mutation } from './mutation.ts'

const api = 'apps/api/src'

export const reports: readonly Mutation[] = [
  {
    name: 'refreshes of posts are reported, also by caches that tuning created',
    without: 'failed background loads are not visible',
    edits: [
      {
        file: `${api}/strategies/named-strategy.ts`,
        find: '          ...reports,\n          on,\n',
        replace: '',
      },
    ],
    suites: ['reports'],
  },
  {
    name: 'refreshes of whole pages are reported',
    without: 'failed background refreshes of pages are not visible',
    edits: [
      {
        file: `${api}/strategies/named-strategy.ts`,
        find: 'createCache({ ...reports, store: observed, read: read(tuning)',
        replace: 'createCache({ store: observed, read: read(tuning)',
      },
    ],
    suites: ['reports'],
  },
  {
    name: 'failed refreshes log at most one line in 10 s',
    without: 'an outage of the database floods the log',
    edits: [
      {
        file: `${api}/telemetry/cache-reports.ts`,
        find: 'if (now() - warnedAt < WARN_EVERY_MS)',
        replace: 'if (now() < warnedAt)',
      },
    ],
    suites: ['reports'],
  },
  {
    name: 'no client stores an answer of the ceiling',
    without: 'browsers and proxies store posts for 10 years',
    edits: [{ file: `${api}/posts/respond.ts`, find: "  if (name === CEILING) return 'no-store'\n", replace: '' }],
    suites: ['headers'],
  },
]
