import { type Command, CommanderError } from 'commander'
import { UsageError } from './usage-error.ts'

/**
 * Runs a command's action on this process's arguments. Wrong use is one line on stderr that names what was given and what is allowed, and
 * exit code 2; `--help` does nothing else. What the action throws otherwise is thrown.
 */
export async function runCommand(command: Command, argv: readonly string[] = process.argv.slice(2)): Promise<void> {
  // pnpm passes a lone -- on now and then.
  const words = argv.filter((argument) => argument !== '--')
  try {
    await command.parseAsync(words, { from: 'user' })
  } catch (error) {
    const line = mistakeIn(error, calledBy(words, command))
    if (line === undefined) throw error
    if (line !== '') {
      console.error(line)
      process.exitCode = 2
    }
  }
}

/** The subcommand that was named, if any: its flags are those that are allowed. */
function calledBy(argv: readonly string[], command: Command): Command {
  return command.commands.find((one) => one.name() === argv[0]) ?? command
}

/** The line that tells it; none for help, which is said already. Undefined: not a mistake in the use. */
function mistakeIn(error: unknown, command: Command): string | undefined {
  if (error instanceof UsageError) return error.message
  if (!(error instanceof CommanderError)) return undefined
  if (error.exitCode === 0) return ''
  const [what = ''] = error.message.replace(/^error: /, '').split('\n')
  return `${what.replace(/\.$/, '')}; ${allowedIn(command)}`
}

function allowedIn(command: Command): string {
  const flags = command.options.map(({ long }) => long).concat('--help')
  const words = command.registeredArguments.map((argument) => argument.name().toUpperCase())
  return `allowed are ${[...words, ...flags].join(', ')}`
}
