/** `pnpm attack mutations`: removes one safeguard at a time in a copy of the tree, and finds the suite that catches it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeCommand, UsageError, wholeNumber } from 'command-line'
import { withTestServers } from 'local-servers'
import { mutations } from './list.ts'
import { type Mutation, mutate } from './mutation.ts'
import { runSuite } from './run-suite.ts'
import { type Caught, checkTable, readStored, store } from './stored.ts'
import { type SuiteName, suiteNamed, suites } from './suites.ts'
import { createWorkbench, type Workbench } from './workbench.ts'

const root = join(import.meta.dirname, '../../../..')

/** @throws Error that names the first edit that does not fit */
function checkEdits(): void {
  const names = new Set(mutations.map(({ name }) => name))
  if (names.size !== mutations.length) throw new Error('two mutations have the same name')
  for (const { edits } of mutations) {
    const sources = new Map<string, string>()
    for (const edit of edits) {
      const source = sources.get(edit.file) ?? readFileSync(join(root, edit.file), 'utf8')
      sources.set(edit.file, mutate(source, edit))
    }
  }
}

/** Tries the suites one after another. `undefined` if none caught it. */
async function hunt(
  bench: Workbench,
  { name, edits }: Mutation,
  order: readonly SuiteName[],
): Promise<Caught | undefined> {
  return bench.withEdits(edits, async () => {
    for (const suite of order) {
      const verdict = await runSuite(bench.root, suiteNamed(suite))
      if (verdict.kind === 'caught') return { name, suite, test: verdict.test }
    }
    return undefined
  })
}

async function checkSuitesPass(bench: Workbench, names: Iterable<SuiteName>): Promise<void> {
  for (const name of new Set(names)) {
    const verdict = await runSuite(bench.root, suiteNamed(name))
    if (verdict.kind === 'caught') throw new Error(`"${name}" fails without any mutation: ${verdict.test}`)
  }
}

async function run(
  bench: Workbench,
  chosen: readonly Mutation[],
  orderOf: (mutation: Mutation) => readonly SuiteName[],
): Promise<Caught[]> {
  const caught: Caught[] = []
  for (const mutation of chosen) {
    const start = performance.now()
    // If a mutated module can't be loaded, that mutation needs another edit. The others still run.
    const found = await hunt(bench, mutation, orderOf(mutation)).catch((error: Error) => console.error(error.message))
    const took = `${((performance.now() - start) / 1_000).toFixed(1)} s`
    console.log(
      found ? `${found.name}: ${found.suite} (${took})\n    ${found.test}` : `${mutation.name}: NOT CAUGHT (${took})`,
    )
    if (found) caught.push(found)
  }
  console.log(`${caught.length} of ${chosen.length} caught`)
  return caught
}

function openBench(): Workbench {
  const bench = createWorkbench(root)
  process.once('exit', bench.remove)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  return bench
}

/** @param count the number of mutations; each day selects different ones */
async function runSample(runnable: readonly Mutation[], count: number): Promise<void> {
  const stored = new Map(readStored(root).map(({ name, suite }) => [name, suite]))
  const today = Math.floor(Date.now() / 86_400_000)
  const chosen = Array.from({ length: count }, (_, i) => runnable[(today * count + i) % runnable.length]!)
  const caught = await run(openBench(), chosen, ({ name }) => [stored.get(name)!])
  if (caught.length < count) process.exitCode = 1
}

async function runAll(chosen: readonly Mutation[]): Promise<void> {
  const allSuites = suites.map(({ name }) => name)
  const orderOf = (mutation: Mutation) => mutation.suites ?? allSuites
  const bench = openBench()
  await checkSuitesPass(bench, chosen.flatMap(orderOf))
  const caught = await run(bench, chosen, orderOf)
  if (caught.length < chosen.length) {
    process.exitCode = 1
    return
  }
  const fresh = new Map(caught.map((one) => [one.name, one]))
  const isWhole = chosen.length === mutations.length
  const known = new Map(isWhole ? [] : readStored(root).map((one) => [one.name, one]))
  const all = mutations.map(({ name }) => fresh.get(name) ?? known.get(name)).filter((one) => one !== undefined)
  store(root, mutations, all)
}

/** Records which mutations one suite catches, in addition to the suites that catch them first. */
async function runSuiteAlone(chosen: readonly Mutation[], suite: SuiteName): Promise<void> {
  const bench = openBench()
  await checkSuitesPass(bench, [suite])
  const noticed = new Set((await run(bench, chosen, () => [suite])).map(({ name }) => name))
  const tried = new Set(chosen.map(({ name }) => name))
  const stored = readStored(root).map((caught): Caught => {
    if (!tried.has(caught.name)) return caught
    const { also = [], ...first } = caught
    const others = also.filter((other) => other !== suite)
    if (noticed.has(caught.name) && caught.suite !== suite) others.push(suite)
    return others.length === 0 ? first : { ...first, also: others }
  })
  store(root, mutations, stored)
}

interface Flags {
  only?: string
  suite?: string
  sample?: number
  check?: true
}

export const command = describeCommand('pnpm attack mutations', {
  does:
    'Removes one safeguard at a time in a copy of the tree, and finds the test suite that catches it. Without flags it tries all, takes about ' +
    '10 minutes on two idle cores, and writes docs/runs/mutations.json and the table in docs/guarantees.md.',
  needs:
    'redis-server or valkey-server on PATH. DATABASE_URL names a Postgres server for temporary databases; without it the safeguards that ' +
    'need one are left out. --check needs nothing.',
  prints:
    'A line per safeguard: the suite and the test that caught it, or NOT CAUGHT, and the time. Exit code 1 if one was not caught, or no ' +
    'longer fits the code.',
})
  .option('--only <text>', 'only safeguards whose name contains the text; the stored results of the others stay')
  .option('--suite <name>', 'only this suite; notes all safeguards that it catches')
  .option(
    '--sample <n>',
    'for CI: n safeguards, different ones each day; for each only the suite that is known to catch it runs',
    wholeNumber('--sample', { min: 1, max: mutations.length }),
  )
  .option('--check', 'runs nothing; checks that every edit still fits, and that the table matches the stored run')
  .action(async (flags: Flags) => {
    checkEdits()
    if (flags.check) checkTable(root, mutations)
    else await hunting(flags)
  })

async function hunting({ only = '', suite, sample }: Flags): Promise<void> {
  const known = suites.map(({ name }) => name)
  const alone = known.find((name) => name === suite)
  if (suite !== undefined && alone === undefined) {
    throw new UsageError(`--suite ${JSON.stringify(suite)} is not allowed; give one of ${known.join(', ')}`)
  }
  const named = mutations.filter(({ name }) => name.includes(only))
  if (named.length === 0)
    throw new UsageError(`--only ${JSON.stringify(only)} matches no name; docs/guarantees.md lists them`)
  await withTestServers(async () => {
    const runnable = mutations.filter(({ needsPostgres }) => !needsPostgres || process.env.DATABASE_URL)
    const leftOut = mutations.length - runnable.length
    if (leftOut > 0) console.log(`${leftOut} need a Postgres and are left out: set DATABASE_URL`)
    const chosen = runnable.filter((mutation) => named.includes(mutation))
    if (sample !== undefined) await runSample(runnable, sample)
    else if (alone !== undefined) await runSuiteAlone(chosen, alone)
    else await runAll(chosen)
  })
}
