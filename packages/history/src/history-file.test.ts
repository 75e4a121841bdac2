import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type HistoryFile, readHistory, writeHistory } from './history-file.ts'
import type { Operation } from './operation.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'history-'))
})
afterAll(() => rm(folder, { recursive: true }))

const header: HistoryFile['header'] = {
  format: 'history/1',
  strategy: 'cache-aside',
  promised: { readAfterWrite: false, staleForAtMostMs: 300 },
  seed: 1,
  started: '2026-11-24T07:00:00.000Z',
  urls: ['http://127.0.0.1:3000'],
  node: 'v24.21.0',
  options: { ttlMs: 300 },
}
const operation: Operation = { client: 'a', key: 'post:1', op: 'read', version: 1, start: 1.25, end: 2, outcome: 'ok' }
const operations: Operation[] = [
  { ...operation, status: 200, cache: 'HIT', server: '127.0.0.1:3000' },
  { ...operation, op: 'write', version: null, outcome: 'unknown', status: 0 },
]

async function fileOf(...lines: unknown[]): Promise<string> {
  const path = join(folder, 'history.jsonl')
  await writeFile(path, lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''))
  return path
}

it.each(['history.jsonl', 'history.jsonl.gz'])('reads %s as it was written', async (name) => {
  const path = join(folder, name)
  const many = Array.from({ length: 1_500 }, (_, i) =>
    operations.map((one) => ({ ...one, start: i, end: i + 0.5 })),
  ).flat()
  await writeHistory(path, { header, operations: many })
  expect(await readHistory(path)).toEqual({ header, operations: many })
})

it('accepts a history without operations, and keeps extra fields of the header', async () => {
  const more = { ...header, machine: 'two cores' }
  expect(await readHistory(await fileOf(more))).toEqual({ header: more, operations: [] })
})

it.each<[string, unknown[], string]>([
  ['an empty file', [], 'is empty; the first line of a history is its header'],
  ['text', ['hello'], 'line 1 is not JSON: hello'],
  ['another format', [{ ...header, format: 'trace/1' }], 'line 1, field format is "trace/1": this is not a history'],
  ['an operation first', [operation], 'line 1, field format is missing'],
  ['a header without a guarantee', [{ ...header, promised: {} }], 'line 1, field promised.readAfterWrite is missing'],
  ['a truncated line', [header, operation, '{"client":"a","ke'], 'line 3 is not JSON: {"client":"a","ke'],
  ['a wrong kind of operation', [header, { ...operation, op: 'scan' }], 'line 2, field op is "scan"'],
  ['a version that is text', [header, operation, { ...operation, version: '1' }], 'line 3, field version is "1"'],
  [
    'an ok without a version',
    [header, { ...operation, version: null }],
    'line 2, field version is null: an operation with outcome ok',
  ],
  ['an end before the start', [header, { ...operation, end: 1 }], 'line 2, field end is 1: it ends before it starts'],
  ['an unknown field', [header, { ...operation, colour: 'red' }], 'line 2, the whole line is'],
])('refuses %s and names its place', async (_, lines, message) => {
  await expect(readHistory(await fileOf(...lines))).rejects.toThrow(message)
})

it('names the file that it could not read', async () => {
  await expect(readHistory(join(folder, 'none.jsonl'))).rejects.toThrow('none.jsonl: no such file')
  const cut = join(folder, 'cut.jsonl.gz')
  await writeFile(cut, gzipSync(JSON.stringify(header)).subarray(0, 30))
  await expect(readHistory(cut)).rejects.toThrow('cut.jsonl.gz: unexpected end of file')
})
