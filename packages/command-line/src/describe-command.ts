import { Command } from 'commander'

/** What a command's `--help` says beside its flags. Paragraphs; they are wrapped to the terminal. */
export interface About {
  /** What it does, and where it leaves the result. */
  does: string
  /** What must be installed, running or set. */
  needs: string
  /** What appears on the terminal, and the exit codes other than 2, which is always wrong use. */
  prints: string
}

/** A command under the name people type, `pnpm drill`; flags and the action are for the caller to add. Run it by `runCommand`. */
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
