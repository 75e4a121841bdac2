/** Log lines of API processes. Drills check a line's code and some words, never its whole text. */
import type { CacheWarningCode } from 'cache-core'
import type { ApiProcess } from 'local-servers'
import type { TestSystem } from './drill.ts'
import { until } from './until.ts'

const WARNING = 40
/** Allowed for a line to be printed and read. */
const SAID_WITHIN_MS = 1_000

interface LogLine {
  readonly level: number
  readonly msg: string
  /** Of warnings about the cache. */
  readonly code?: string
  readonly err?: { readonly message?: string }
}

interface Expected {
  /** Words in the line. Default: any line with the code. */
  readonly words?: readonly string[]
  /** Indices in `system.apis`. Default: all. */
  readonly of?: readonly number[]
  /** Default 1. */
  readonly atMost?: number
}

/** The number of warnings and errors, by message and cause. */
export function warningsOf(apis: readonly ApiProcess[]): ReadonlyMap<string, number> {
  const warnings = new Map<string, number>()
  for (const { msg, err } of apis.flatMap((api) => warningsIn(api.output()))) {
    const line = err?.message === undefined ? msg : `${msg} (${err.message})`
    warnings.set(line, (warnings.get(line) ?? 0) + 1)
  }
  return warnings
}

/** Reads the lines that the API processes log from now on. */
export function listen({ apis, problem }: Pick<TestSystem, 'apis' | 'problem'>) {
  const before = apis.map((api) => api.output().length)
  const linesOf = (api: number) => warningsIn(apis[api]!.output().slice(before[api]))

  /** How many lines with this code and these words, in any case, a process has logged. `api`: its index in `system.apis`. */
  function said(api: number, code: CacheWarningCode, words: readonly string[] = []): number {
    const messages = linesOf(api).flatMap((line) => (line.code === code ? [line.msg] : []))
    return messages.filter((message) => words.every((word) => hasWord(message, word))).length
  }

  return {
    said,

    /** Reports each process that logged no such line, or more than `atMost`. */
    async expectLogged(
      code: CacheWarningCode,
      { words = [], of = [...apis.keys()], atMost = 1 }: Expected = {},
    ): Promise<void> {
      const isLogged = () => of.every((api) => said(api, code, words) > 0)
      await until('it is logged', SAID_WITHIN_MS, isLogged).catch(() => {})
      for (const api of of) {
        const times = said(api, code, words)
        const line = [code, ...words.map((word) => `"${word}"`)].join(' and ')
        if (times === 0) problem(`API process ${api + 1} did not log ${line}`)
        if (times > atMost) problem(`API process ${api + 1} logged ${line} ${times} times, allowed ${atMost}`)
      }
    },

    /** Reports each process that considered Redis unavailable. */
    expectNeverAway(): void {
      for (const api of apis.keys()) {
        const times = linesOf(api).filter(({ msg }) => msg.startsWith('redis: unavailable')).length
        if (times > 0) problem(`API process ${api + 1} logged "redis: unavailable" ${times} times`)
      }
    },
  }
}

/** Matches whole words: `+get` is not in `+getrange`. */
function hasWord(message: string, word: string): boolean {
  return message
    .toLowerCase()
    .split(/[^\w+|]+/)
    .includes(word.toLowerCase())
}

function warningsIn(output: string): LogLine[] {
  const lines = output.split('\n').flatMap((line) => parsed(line) ?? [])
  return lines.filter(({ level }) => level >= WARNING)
}

function parsed(line: string): LogLine | undefined {
  try {
    return JSON.parse(line) as LogLine
  } catch {
    return undefined // printed by Node itself, or incomplete
  }
}
