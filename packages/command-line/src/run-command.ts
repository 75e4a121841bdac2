import { type Command, CommanderError } from 'commander'
import { UsageError } from './usage-error.ts'

/**
 * Runs a command's action on this process's arguments. Wrong usage prints one line on stderr, with the given and the allowed
 * arguments, and exits with 2. `--help` prints the help and does nothing else. Other errors of the action are rethrown.
 */
export async function runCommand(command: Command, argv: readonly string[] = process.argv.slice(2)): Promise<void> {
  endWithItsReader(process.stdout)
  // pnpm sometimes passes on a lone `--`.
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

/** `pnpm compare --help | head` reads a few lines and closes the pipe: the command ends quietly, as other programs do. */
function endWithItsReader(output: NodeJS.WriteStream): void {
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit()
  })
}

/** The named subcommand, if any: its flags are the allowed ones. */
function calledBy(argv: readonly string[], command: Command): Command {
  return command.commands.find((one) => one.name() === argv[0]) ?? command
}

/** The line to print; empty for help, which is already printed; undefined if the error is not wrong usage. */
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
  return `allowed: ${[...words, ...flags].join(', ')}`
}
