import { prettyFactory } from 'pino-pretty'

/** A parsed line of the API's log. */
type Logged = Record<string, unknown>

/** Pino's level numbers. */
const [WARN, ERROR] = [40, 50]

/** Fields that the sentence already shows; pino-pretty must not repeat them. */
const IN_SENTENCE = [
  'method',
  'path',
  'key',
  'strategy',
  'outcome',
  'status',
  'ms',
  'direct',
  'code',
  'detail',
  'requestId',
  'leftOut',
  'err',
]

/**
 * Formats log lines of the API for reading: `[18:30:12] INFO: PUT post:42 write-through 200, 3.1 ms`. Lines that are not JSON
 * stay unchanged. The stack of an error precedes its line, so that the reason is the last line. `label` prefixes each line when
 * several processes print to one terminal.
 */
export function readableLines({ color, label }: { color: boolean; label?: string }): (line: string) => string {
  const pretty = prettyFactory({
    colorize: color,
    translateTime: 'SYS:HH:MM:ss',
    singleLine: true,
    ignore: IN_SENTENCE.join(','),
    messageFormat: (log) => sentence(log as Logged),
  })
  const before = label === undefined ? '' : `${label} │ `
  return (line) => {
    const log = parsed(line)
    const text = log === undefined ? line : stackOf(log) + pretty(log)
    return `${before}${text.trimEnd().replaceAll('\n', `\n${before}`)}`
  }
}

function parsed(line: string): Logged | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** The stack, for errors only: a warning's reason is enough. */
function stackOf({ level, err }: Logged): string {
  const stack = (err as { stack?: unknown } | undefined)?.stack
  if (Number(level) < ERROR || typeof stack !== 'string') return ''
  const lines = stack.split('\n').map((line) => `    ${printable(line.trim())}\n`)
  return lines.join('')
}

function sentence(log: Logged): string {
  return printable(wordsOf(log) + reasonOf(log))
}

/** The cause, and the request id that the client received. */
function reasonOf({ level, err, requestId }: Logged): string {
  if (Number(level) < WARN) return ''
  const reason = (err as { message?: unknown } | undefined)?.message
  return (reason ? `: ${reason}` : '') + (requestId ? ` (request ${requestId})` : '')
}

function wordsOf({ msg, ...log }: Logged): string {
  const inMs = typeof log.ms === 'number' ? `${log.ms < 10 ? log.ms.toFixed(1) : Math.round(log.ms)} ms` : ''
  switch (msg) {
    case 'read':
      return `${String(log.outcome).toUpperCase()} ${log.key} ${log.strategy}, ${inMs}`
    case 'write':
      return `${log.method} ${log.key} ${log.strategy} ${log.status}, ${inMs}${log.direct ? ', around the cache' : ''}`
    case 'refused':
      return `refused ${log.method} ${log.path}: ${log.status} ${log.code}: ${log.detail}`
    default:
      if (typeof log.path === 'string') return `${log.method} ${log.path}${log.status ? ` ${log.status}` : ''}: ${msg}`
      return typeof log.strategy === 'string' ? `${msg}: ${log.strategy}` : String(msg)
  }
}

/** Paths and keys come from clients: their control characters must not reach the terminal. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: intended
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`)
}
