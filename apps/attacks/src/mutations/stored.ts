/** The stored run, docs/runs/mutations.json, and its table in docs/guarantees.md. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Mutation } from './mutation.ts'
import type { SuiteName } from './suites.ts'

export interface Caught {
  /** Name of the mutation. */
  readonly name: string
  /** The first suite that caught it. */
  readonly suite: SuiteName
  /** The first failed test in that suite. */
  readonly test: string
  /** Other suites that caught it when they ran alone. */
  readonly also?: readonly SuiteName[]
}

const RUN = 'docs/runs/mutations.json'
const BEGIN = '<!-- table: mutations -->'
const END = '<!-- /table -->'

export function readStored(root: string): Caught[] {
  return JSON.parse(readFileSync(join(root, RUN), 'utf8')) as Caught[]
}

/** Stores a run and writes its table. */
export function store(root: string, mutations: readonly Mutation[], caught: readonly Caught[]): void {
  writeFileSync(join(root, RUN), `${JSON.stringify(caught, null, 2)}\n`)
  const path = join(root, 'docs/guarantees.md')
  writeFileSync(path, withTable(readFileSync(path, 'utf8'), tableOf(root, mutations)))
}

/** @throws Error if a mutation was never run, or if the page does not match the list or the stored run */
export function checkTable(root: string, mutations: readonly Mutation[]): void {
  const run = new Set(readStored(root).map(({ name }) => name))
  for (const { name } of mutations) {
    if (!run.has(name))
      throw new Error(`the mutation "${name}" was never run; run pnpm attack mutations --only '${name}'`)
  }
  const claim = `each of ${mutations.length} safeguards`
  if (!readFileSync(join(root, 'README.md'), 'utf8').includes(claim)) throw new Error(`README.md should say "${claim}"`)
  const page = readFileSync(join(root, 'docs/guarantees.md'), 'utf8')
  if (withTable(page, tableOf(root, mutations)) === page) return
  throw new Error('the table of mutations in docs/guarantees.md is out of date; run pnpm attack mutations')
}

function tableOf(root: string, mutations: readonly Mutation[]): string {
  const caughtBy = new Map(readStored(root).map((caught) => [caught.name, caught]))
  const rows = mutations.map(({ name, without }) => {
    const { suite, test, also = [] } = caughtBy.get(name) ?? { suite: 'not run yet', test: '' }
    const others = also.length === 0 ? '' : `; ${also.join(', ')}`
    return `| ${name} | ${without} | ${suite}: ${cell(test)}${others} |`
  })
  return ['| safeguard | without it | caught by |', '| --- | --- | --- |', ...rows].join('\n')
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s+/g, ' ')
}

function withTable(page: string, table: string): string {
  const start = page.indexOf(BEGIN)
  const end = page.indexOf(END, start)
  if (start === -1 || end === -1) throw new Error(`docs/guarantees.md has no ${BEGIN} … ${END}`)
  return `${page.slice(0, start + BEGIN.length)}\n\n${table}\n\n${page.slice(end)}`
}
