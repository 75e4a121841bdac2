/** Flags that change a workload's parameters, so that any preset can become any mix. */
import { decimal, time, wholeNumber } from 'command-line'
import type { Command } from 'commander'
import { planOf, type Workload } from 'workload'

export interface LoadFlags {
  readonly rate?: string
  readonly posts?: string
  readonly zipf?: string
  readonly writeShare?: string
  readonly listShare?: string
  readonly pageShare?: string
  readonly reportShare?: string
  readonly insertShare?: string
  readonly readModifyWriteShare?: string
  readonly ttl?: string
  readonly originDelay?: string
}

export function addLoadOptions(command: Command): Command {
  return command
    .option('--rate <n>', 'operations started per second')
    .option('--posts <n>', 'posts that are read and written')
    .option('--zipf <x>', "exponent of the posts' popularity, 0 = uniform")
    .option('--write-share <x>', 'share of the operations that change a post, 0 to 1')
    .option('--list-share <x>', '… that read all posts (3.6 MB for 10,000)')
    .option('--page-share <x>', '… that read the first page of 20')
    .option('--report-share <x>', '… that read the report over all posts')
    .option('--insert-share <x>', '… that make a new post')
    .option('--read-modify-write-share <x>', '… that read a post, then change it')
    .option('--ttl <time>', 'how long an entry is fresh')
    .option(
      '--origin-delay <time>',
      'delay added to each load of posts after its query, for joins and remote calls; the report has none',
    )
}

const share = { min: 0, max: 1 }

const fields = {
  rate: (text) => ({ ratePerSecond: decimal('--rate', { min: 0.1, max: 10_000 })(text) }),
  posts: (text) => ({ posts: wholeNumber('--posts', { min: 1, max: 1_000_000 })(text) }),
  zipf: (text) => ({ zipf: decimal('--zipf', { min: 0, max: 10 })(text) }),
  writeShare: (text) => ({ writeShare: decimal('--write-share', share)(text) }),
  listShare: (text) => ({ listShare: decimal('--list-share', share)(text) }),
  pageShare: (text) => ({ pageShare: decimal('--page-share', share)(text) }),
  reportShare: (text) => ({ reportShare: decimal('--report-share', share)(text) }),
  insertShare: (text) => ({ insertShare: decimal('--insert-share', share)(text) }),
  readModifyWriteShare: (text) => ({ readModifyWriteShare: decimal('--read-modify-write-share', share)(text) }),
  ttl: (text) => ({ ttlMs: time('--ttl', { min: 1, max: 86_400_000 })(text) }),
  originDelay: (text) => ({ originDelayMs: time('--origin-delay', { min: 0, max: 5_000 })(text) }),
} satisfies Record<keyof LoadFlags, (text: string) => Partial<Workload>>

/** @throws Error that names a flag, its value and the allowed values; RangeError if the shares add up to more than 1 */
export function withLoadFlags<T extends Workload>(workload: T, flags: LoadFlags): T {
  const given = (Object.keys(fields) as (keyof LoadFlags)[]).filter((name) => flags[name] !== undefined)
  if (given.length === 0) return workload
  const changed = Object.assign({}, workload, ...given.map((name) => fields[name](flags[name]!)))
  // Checks the combination of parameters.
  planOf(changed, { seed: 1, warmupMs: 0, measuredMs: 1_000 })
  const changes = given.map((name) => `${dashed(name)} ${flags[name]}`).join(' ')
  return { ...changed, title: `${workload.title}, with ${changes}`, source: `${workload.source}; changed: ${changes}` }
}

function dashed(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}
