import { prettyFactory } from 'pino-pretty'

/** A line of the API's log, as far as it is known what is in it. */
type Logged = Record<string, unknown>

/** Shown in the sentence, so not again after it. */
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
]

/**
 * Turns lines of the API's log into ones for people: `[18:30:12] INFO: PUT post:42 write-through 200, 3.1 ms`. What is no JSON stays as it is.
 * `label` goes before each, where several processes print to one terminal.
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
    const text = line.startsWith('{') ? pretty(line) : line
    return `${before}${text.trimEnd().replaceAll('\n', `\n${before}`)}`
  }
}

function sentence(log: Logged): string {
  return printable(wordsOf(log))
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
      return typeof log.strategy === 'string' ? `${msg}: ${log.strategy}` : String(msg)
  }
}

/** Paths and keys are the clients': none of them may steer the terminal. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are meant
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`)
}
