/** `pnpm attack`: one command line for every attack on this repository's guarantees. */
import { type Command, describeCommand, runCommand, UsageError } from 'command-line'

interface Attack {
  readonly name: string
  /** In one line. */
  readonly does: string
  load(): Promise<{ readonly command: Command }>
}

const attacks: readonly Attack[] = [
  {
    name: 'drill',
    does: 'breaks Redis, Postgres or the API under recorded load, one fault at a time',
    load: () => import('./drills/command.ts'),
  },
  {
    name: 'campaign',
    does: 'records clients of 3 API processes while Redis loses keys, and checks the histories',
    load: () => import('./campaign/command.ts'),
  },
  {
    name: 'fuzz',
    does: 'sends generated requests, and checks each answer against /openapi.json',
    load: () => import('./fuzz/command.ts'),
  },
  {
    name: 'soak',
    does: 'looks for growing memory, handles and open files under a long mixed load',
    load: () => import('./soak/command.ts'),
  },
  {
    name: 'races',
    does: 'plays scripted races on other caching libraries, or puts them under load',
    load: () => import('./races/command.ts'),
  },
  {
    name: 'mutations',
    does: 'removes one safeguard at a time, and finds the test that notices',
    load: () => import('./mutations/command.ts'),
  },
]
const known = attacks.map(({ name }) => name).join(', ')

const overview = describeCommand('pnpm attack', {
  does: 'Attacks the guarantees of the strategies and of the API. Each attack has its own flags: pnpm attack drill --help.',
  needs: "redis-server or valkey-server on PATH; more is in each attack's own help.",
  prints: 'The results of the attack. Exit code 1 if something did not hold.',
})
  .argument('<attack>', known)
  .argument('[arguments...]', 'passed on to the attack')
  .addHelpText('after', `\nAttacks:\n${attacks.map(({ name, does }) => `  ${name.padEnd(10)} ${does}`).join('\n')}`)
  .action((name: string) => {
    throw new UsageError(`unknown attack ${name}; known: ${known}`)
  })

// pnpm sometimes passes on a lone `--`.
const [name, ...rest] = process.argv.slice(2).filter((word) => word !== '--')
const attack = attacks.find((one) => one.name === name)
if (attack) await runCommand((await attack.load()).command, rest)
else await runCommand(overview)
