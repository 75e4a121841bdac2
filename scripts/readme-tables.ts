/**
 * Writes the README's tables from the stored runs in docs/runs, so that no figure is typed by hand.
 * With --check it changes nothing, and fails when the README is out of step.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeCommand, runCommand } from 'command-line'
import { comparisonSchema } from '../apps/compare/src/comparison.ts'
import type { MeasureName } from '../apps/compare/src/measures.ts'
import { figureOf, type Spread } from '../apps/compare/src/spread.ts'

const root = join(import.meta.dirname, '..')
const run = (name: string) => JSON.parse(readFileSync(join(root, 'docs/runs', `${name}.json`), 'utf8'))

interface Quantiles {
  p50: number
  p99: number
}

const ms = ({ count, p50, p99 }: Quantiles & { count: number }) =>
  count < 100 ? '–' : `${p50.toFixed(1)} · ${p99.toFixed(0)}`

/** A figure's median over the runs, and its range where that shows. */
function spread(figure: Spread | undefined, text: (value: number) => string): string {
  if (figure === undefined) return '–'
  const [median, min, max] = [figure.median, figure.min, figure.max].map(text)
  return min === max ? median! : `${median} [${min}–${max}]`
}

const percent = (share: number) => (100 * share).toFixed(1)
const whole = (value: number) => value.toFixed(0)
const seconds = (valueMs: number) => (valueMs / 1_000).toFixed(1)

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n')
}

const tables: Record<string, () => string> = {
  compare() {
    const comparison = comparisonSchema.parse(run('compare-blog'))
    const head = ['strategy', 'hit %', 'read p99, ms', 'loads/s', 'stale %', 'for at most, s', 'Redis commands']
    const rows = comparison.strategies.map(({ name }) => {
      const figure = (measure: MeasureName) => figureOf(comparison, name, measure)
      return [
        `[${name}](docs/strategies/${name}.md)`,
        spread(figure('hitRatio'), percent),
        spread(figure('readP99Ms'), whole),
        spread(figure('loadsPerSecond'), whole),
        spread(figure('staleReadRatio'), percent),
        spread(figure('staleMaxMs'), seconds),
        spread(figure('redisCommandsPerRequest'), (value) => value.toFixed(1)),
      ]
    })
    return table(head, rows)
  },

  'hot-key-expiry'() {
    const { strategies, config } = run('hot-key-expiry') as {
      strategies: { name: string; stampedeFactor: number | null; waitedMs: Quantiles & { count: number } }[]
      config: { baseUrls: string[]; ratePerSecond: number; originDelayMs: number }
    }
    const { baseUrls, ratePerSecond, originDelayMs } = config
    const rows = strategies.map(({ name, stampedeFactor, waitedMs }) => [
      name,
      stampedeFactor === null ? '–' : stampedeFactor.toFixed(2),
      ms(waitedMs),
    ])
    const load = `One popular post, ${ratePerSecond} reads/s over ${baseUrls.length} API processes, a load takes ${originDelayMs} ms:`
    return `${load}\n\n${table(['strategy', 'loads per expiry', 'waits p50 · p99, ms'], rows)}`
  },

  'hit-path'() {
    const { results } = run('hit-path') as {
      results: { title: string; bytes: number; ours: number[]; bare: number[]; ratio: number }[]
    }
    const median = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!
    const range = (numbers: readonly number[]) =>
      `${median(numbers).toFixed(0)} [${Math.min(...numbers).toFixed(0)}–${Math.max(...numbers).toFixed(0)}]`
    const rows = results.map(({ title, bytes, ours, bare, ratio }) => [
      `${title} (${bytes} B)`,
      range(ours),
      range(bare),
      ratio.toFixed(2),
    ])
    return table(['a hit on', 'requests/s, median [range]', 'bare', 'ratio'], rows)
  },
}

const command = describeCommand('pnpm readme-tables', {
  does: "Writes README.md's tables from the stored runs in docs/runs.",
  needs: 'Nothing.',
  prints: 'Nothing, or with --check that the tables are not those of docs/runs. Exit code 1 then.',
})
  .option('--check', 'changes nothing')
  .action(({ check = false }: { check?: true | false }) => update(check))

await runCommand(command)

function update(isCheck: boolean): void {
  const file = join(root, 'README.md')
  const before = readFileSync(file, 'utf8')
  let after = before
  for (const [name, make] of Object.entries(tables)) {
    const [begin, end] = [`<!-- table: ${name} -->`, '<!-- /table -->']
    const start = after.indexOf(begin) + begin.length
    after = `${after.slice(0, start)}\n${make()}\n${after.slice(after.indexOf(end, start))}`
  }
  if (!isCheck) {
    writeFileSync(file, after)
  } else if (after !== before) {
    console.error("README's tables are not those of docs/runs; run pnpm readme-tables")
    process.exitCode = 1
  }
}
