import { parseArgs } from 'node:util'

/** The user's mistake, told in one line; the process then ends with 1. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/**
 * Reads a command line of flags that each take a value, plus `--help`. A lone `--` is skipped: pnpm passes one on now and then.
 * Values are not checked here, so that a command can say what it allows; `--count -1` comes back as `-1`.
 *
 * @throws UsageError for an unknown flag, a word that belongs to no flag, or a flag without its value
 */
export function readFlags(
  argv: readonly string[],
  names: readonly string[],
): { values: Map<string, string[]>; help: boolean } {
  const { tokens } = parseArgs({
    args: argv.filter((argument) => argument !== '--'),
    options: {
      ...Object.fromEntries(names.map((name) => [name, { type: 'string', multiple: true } as const])),
      help: { type: 'boolean', short: 'h' },
    },
    // The own messages of strict mode fill several lines, and it refuses `--count -1` before we can say why.
    strict: false,
    tokens: true,
  })
  const values = new Map<string, string[]>()
  let help = false
  const allowed = names
    .map((name) => `--${name}`)
    .concat('--help')
    .join(', ')
  for (const token of tokens) {
    if (token.kind === 'positional') {
      throw new UsageError(`${JSON.stringify(token.value)} belongs to no flag; allowed are ${allowed}`)
    }
    if (token.kind !== 'option') continue
    if (token.name === 'help') {
      help = true
    } else if (!names.includes(token.name)) {
      throw new UsageError(`unknown flag ${token.rawName}; allowed are ${allowed}`)
    } else if (token.value === undefined || token.value === '') {
      throw new UsageError(`${token.rawName} needs a value after it`)
    } else {
      values.set(token.name, [...(values.get(token.name) ?? []), token.value])
    }
  }
  return { values, help }
}

/**
 * The value of a flag that is a whole number, or the default when it isn't given.
 *
 * @throws UsageError naming the flag, the value and what is allowed
 */
export function wholeNumber(
  values: ReadonlyMap<string, readonly string[]>,
  name: string,
  range: { min: number; max: number; default: number },
): number {
  const given = values.get(name) ?? []
  if (given.length > 1) throw new UsageError(`--${name} was given ${given.length} times; give it once`)
  const [text] = given
  if (text === undefined) return range.default
  const value = /^(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : Number.NaN
  if (value >= range.min && value <= range.max) return value
  const shown = JSON.stringify(text.slice(0, 40))
  throw new UsageError(`--${name} ${shown} is not allowed; give a whole number from ${range.min} to ${range.max}`)
}
