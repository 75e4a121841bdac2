/** Runs the command as users do. */
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type HistoryFile, writeHistory } from '../history-file.ts'
import type { Operation } from '../operation.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'check-history-'))
})
afterAll(() => rm(folder, { recursive: true }))

function run(...args: string[]): { code: number | null; out: string; err: string } {
  const command = join(import.meta.dirname, 'check-history.ts')
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], { encoding: 'utf8' })
  return { code: status, out: stdout, err: stderr }
}

async function fileOf(promised: HistoryFile['header']['promised'], operations: Operation[]): Promise<string> {
  const path = join(folder, 'history.jsonl.gz')
  const header = {
    format: 'history/1' as const,
    strategy: 'write-through',
    promised,
    seed: 1,
    started: '2026-11-24T07:00:00.000Z',
    urls: ['http://127.0.0.1:3000'],
    node: process.version,
    options: {},
  }
  await writeHistory(path, { header, operations })
  return path
}

const write: Operation = { client: 'a', key: 'post:1', op: 'write', version: 2, start: 0, end: 2, outcome: 'ok' }
const read: Operation = { client: 'b', key: 'post:1', op: 'read', version: 2, start: 3.5, end: 4, outcome: 'ok' }
const final: Operation = { ...read, client: 'final', start: 9, end: 10 }
const stale: Operation = { ...read, version: 1, cache: 'HIT', server: '127.0.0.1:3000' }
const failed: Operation = { ...read, version: null, outcome: 'failed', status: 503 }

it('exits with 0 and says so if the history holds', async () => {
  const { code, out } = run(await fileOf({ readAfterWrite: true }, [write, read, final]), '--strict')
  expect(code).toBe(0)
  expect(out).toContain('write-through, checked for no read older than an acknowledged write, no lost update: it held')
})

it('exits with 1 on a breach of the guarantee in the header, and shows the operations that prove it', async () => {
  const { code, out } = run(await fileOf({ readAfterWrite: true }, [write, stale, final]))
  expect(code).toBe(1)
  expect(out).toContain('BROKEN by 1 × read-after-write')
  expect(out).toContain('read-after-write, 1.500 ms after the newer version was acknowledged (must not happen)')
  expect(out).toContain('client a writes post:1 = 2  0.000 … 2.000 ms (clock 0.000)')
  expect(out).toContain('client b reads  post:1 = 1  3.500 … 4.000 ms (clock 3.500)  HIT 127.0.0.1:3000')
})

it('reports violations outside the guarantee, and counts them only with --strict', async () => {
  const file = await fileOf({ readAfterWrite: false, staleForAtMostMs: 300 }, [write, stale, final])
  expect(run(file).code).toBe(0)
  expect(run(file).out).toMatch(/reads older than an acknowledged write +1 +not guaranteed/)
  expect(run(file, '--strict')).toMatchObject({ code: 1 })
})

it('reports failed reads by status, and counts them only with --strict', async () => {
  const file = await fileOf({ readAfterWrite: true }, [write, failed, final])
  expect(run(file)).toMatchObject({ code: 0, out: expect.stringContaining('by status: 503: 1') })
  expect(run(file, '--strict').code).toBe(1)
})

it('names keys without a final read', async () => {
  const { out } = run(await fileOf({ readAfterWrite: true }, [write, read]))
  expect(out).toContain('not read at the end, so a lost last write would go unnoticed: post:1')
})

it.each<[string[], number, string]>([
  [['none.jsonl'], 1, "can't read none.jsonl: no such file"],
  [[join(import.meta.dirname, '../../package.json')], 1, 'line 1 is not JSON'],
  [[], 2, "missing required argument 'file'; allowed: FILE, --strict, --examples, --help"],
  [['a', 'b'], 2, 'too many arguments'],
  [['a', '--fast'], 2, "unknown option '--fast'; allowed: FILE, --strict, --examples, --help"],
  [['a', '--examples', 'all'], 2, '--examples is "all"; give a whole number from 0 to 999999'],
])('%j: %i, one clear line and no stack', (args, code, message) => {
  const result = run(...args)
  expect(result.code).toBe(code)
  expect(result.err).toContain(message)
  expect(result.err).not.toContain('    at ')
})

it('names a client whose operations overlap', async () => {
  const overlapping = [write, { ...read, client: 'a', start: 1 }]
  const { code, err } = run(await fileOf({ readAfterWrite: true }, overlapping))
  expect(code).toBe(1)
  expect(err).toContain('client "a": the read of post:1 from 1 to 4 starts before its previous one ended')
})

it('--help', () => {
  expect(run('--help')).toMatchObject({
    code: 0,
    out: expect.stringContaining('Usage: pnpm check-history [options] <file>'),
  })
})
