/**
 * Takes out one safeguard at a time, in a copy of the tree, and sees which suite notices. `with-servers node scripts/mutations/main.ts`
 *
 *     (nothing)      all of them; writes docs/runs/mutations.json and the table in docs/guarantees.md
 *     --only TEXT    those whose name contains TEXT; what was stored of the others stays
 *     --suite NAME   all of them by that suite alone; notes in both where it notices too, whatever others do
 *     --sample N     N of them, others each day, by the suite that is known to catch each: for CI
 *     --check        runs nothing: every edit still fits, and the table is that of the stored run
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { mutations } from './list.ts'
import { type Mutation, mutate } from './mutation.ts'
import { runSuite } from './run-suite.ts'
import { type Caught, checkTable, readStored, store } from './stored.ts'
import { type SuiteName, suiteNamed, suites } from './suites.ts'
import { createWorkbench, type Workbench } from './workbench.ts'

const root = join(import.meta.dirname, '../..')
const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    suite: { type: 'string' },
    sample: { type: 'string' },
    check: { type: 'boolean' },
  },
})

/** @throws Error naming the first that does not */
function checkEdits(): void {
  const names = new Set(mutations.map(({ name }) => name))
  if (names.size !== mutations.length) throw new Error('two mutations have one name')
  for (const { edits } of mutations) {
    const sources = new Map<string, string>()
    for (const edit of edits) {
      const source = sources.get(edit.file) ?? readFileSync(join(root, edit.file), 'utf8')
      sources.set(edit.file, mutate(source, edit))
    }
  }
}

/** Tries the suites one after another. `undefined`: none of them noticed. */
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
    if (verdict.kind === 'caught') throw new Error(`nothing is taken out, and "${name}" fails: ${verdict.test}`)
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
    const found = await hunt(bench, mutation, orderOf(mutation))
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

/** @param count how many, others each day */
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

/** What one suite notices, beside those that notice first. */
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

checkEdits()
const runnable = mutations.filter(({ needsPostgres }) => !needsPostgres || process.env.DATABASE_URL)
if (options.check) {
  checkTable(root, mutations)
} else {
  const leftOut = mutations.length - runnable.length
  if (leftOut > 0) console.log(`${leftOut} need a Postgres and are left out: set DATABASE_URL`)
  const chosen = runnable.filter(({ name }) => name.includes(options.only ?? ''))
  if (options.sample !== undefined) await runSample(runnable, Number(options.sample))
  else if (options.suite !== undefined) await runSuiteAlone(chosen, suiteNamed(options.suite).name)
  else await runAll(chosen)
}
