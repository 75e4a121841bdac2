/** A history on disk: JSON lines, a header first, then one operation per line. A file name ending in `.gz` is compressed. */
import { createReadStream, createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { z } from 'zod'
import { HistoryError } from './history-error.ts'
import type { Operation } from './operation.ts'

const time = z.number('give milliseconds').min(0)

const operationSchema = z
  .strictObject({
    client: z.string().min(1),
    key: z.string().min(1),
    op: z.enum(['read', 'write']),
    version: z.int().min(0).nullable(),
    start: time,
    end: time,
    outcome: z.enum(['ok', 'failed', 'unknown']),
    status: z.int().min(0).max(599).exactOptional(),
    cache: z.string().exactOptional(),
    server: z.string().exactOptional(),
  })
  .refine(({ start, end }) => start <= end, { path: ['end'], error: 'it ends before it starts' })
  .refine(({ outcome, version }) => outcome !== 'ok' || version !== null, {
    path: ['version'],
    error: 'an operation with outcome ok needs a version',
  })

const headerSchema = z.looseObject({
  format: z.literal('history/1', 'this is not a history: its first line must have "format":"history/1"'),
  strategy: z.string().min(1),
  promised: z.strictObject({ readAfterWrite: z.boolean(), staleForAtMostMs: z.number().min(0).exactOptional() }),
  seed: z.int(),
  /** Wall-clock time, ISO 8601. */
  started: z.iso.datetime(),
  urls: z.array(z.string()),
  node: z.string(),
  /** All other options of the recording. */
  options: z.record(z.string(), z.unknown()),
})

export type HistoryHeader = z.output<typeof headerSchema>

export interface HistoryFile {
  readonly header: HistoryHeader
  readonly operations: readonly Operation[]
}

/** @throws HistoryError if the file can't be read or a line is invalid. */
export async function readHistory(path: string): Promise<HistoryFile> {
  let header: HistoryHeader | undefined
  const operations: Operation[] = []
  let number = 0
  try {
    for await (const line of linesOf(path)) {
      number++
      if (header === undefined) header = parse(path, number, line, headerSchema)
      else if (line !== '') operations.push(parse(path, number, line, operationSchema))
    }
  } catch (cause) {
    if (cause instanceof HistoryError) throw cause
    const { code, message } = cause as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'no such file' : message
    throw new HistoryError(`can't read ${path}${number > 0 ? ` after line ${number}` : ''}: ${why}`, { cause })
  }
  if (header === undefined) throw new HistoryError(`${path} is empty; the first line of a history is its header`)
  return { header, operations }
}

/** Writes a file for `readHistory`. @throws errors of the file system */
export async function writeHistory(path: string, { header, operations }: HistoryFile): Promise<void> {
  const file = createWriteStream(path)
  if (path.endsWith('.gz')) await pipeline(Readable.from(chunks(header, operations)), createGzip({ level: 1 }), file)
  else await pipeline(Readable.from(chunks(header, operations)), file)
}

const LINES_PER_CHUNK = 1_000

function* chunks(header: HistoryHeader, operations: readonly Operation[]): Generator<string> {
  yield `${JSON.stringify(header)}\n`
  for (let i = 0; i < operations.length; i += LINES_PER_CHUNK) {
    const lines = operations.slice(i, i + LINES_PER_CHUNK).map((operation) => `${JSON.stringify(operation)}\n`)
    yield lines.join('')
  }
}

async function* linesOf(path: string): AsyncGenerator<string> {
  const file = createReadStream(path)
  const input = path.endsWith('.gz') ? file.pipe(createGunzip()) : file
  // `pipe` does not forward errors.
  if (input !== file) file.on('error', (error) => input.destroy(error))
  yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
}

function parse<T>(path: string, number: number, line: string, schema: z.ZodType<T>): T {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (cause) {
    throw new HistoryError(`${path}, line ${number} is not JSON: ${shown(line)}`, { cause })
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  const field = issue.path.length > 0 ? `field ${issue.path.join('.')}` : 'the whole line'
  const found = issue.path.reduce<unknown>((at, part) => (at as Record<PropertyKey, unknown>)?.[part], value)
  throw new HistoryError(`${path}, line ${number}, ${field} is ${shown(JSON.stringify(found))}: ${issue.message}`)
}

function shown(text: string | undefined): string {
  if (text === undefined) return 'missing'
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
