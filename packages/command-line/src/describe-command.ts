import { Command } from 'commander'

/** The paragraphs of a command's `--help`, apart from its flags. Wrapped to the terminal. */
export interface About {
  /** What it does, and where it writes the result. */
  does: string
  /** What must be installed, running or set. */
  needs: string
  /** Its output, and its exit codes other than 2, which always means wrong usage. */
  prints: string
}

/** A command named as users type it, such as `pnpm attack drill`. The caller adds flags and the action, and runs it with `runCommand`. */
export function describeCommand(name: string, { does, needs, prints }: About): Command {
  return new Command(name)
    .description(does)
    .helpOption('-h, --help', 'show this help')
    .addHelpText('after', ({ command }) => {
      const help = command.createHelp()
      const width = command.configureOutput().getOutHelpWidth?.() ?? 80
      const wrap = (text: string) => help.boxWrap(text, Math.max(width, 40))
      return `\n${wrap(`Needs: ${needs}`)}\n\n${wrap(`Prints: ${prints}`)}`
    })
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
}
