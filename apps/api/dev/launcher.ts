/** `pnpm dev`: runs the API with all that it needs, and restarts it when a source file is saved. */
import { join } from 'node:path'
import { describeCommand, runCommand, wholeNumber } from 'command-line'
import { launch } from './launch.ts'

const api = join(import.meta.dirname, '..')

const command = describeCommand('pnpm dev', {
  does:
    'Starts the servers that the API needs, loads the posts unless they are loaded, and serves http://127.0.0.1:3000. Restarts the API when a ' +
    'source file is saved. Ctrl-C ends everything within 10 s. docs/running.md has more.',
  needs:
    'Only this repository. Uses REDIS_URL and DATABASE_URL if set. Otherwise it starts a private redis-server or valkey-server from PATH, ' +
    'without persistence (without one, entries are kept in memory), and an embedded Postgres with its data in .data/postgres. ' +
    '.env.example lists all variables.',
  prints:
    'The servers used, the address to open, then the log: formatted on a terminal, JSON lines elsewhere. Exit code 0 after Ctrl-C or SIGTERM, ' +
    '1 after a failure, whose reason is in the last line.',
})
  .option(
    '--processes <n>',
    '1 to 16 API processes over the same Redis and Postgres, on the ports after PORT: 3001, 3002, …; prints their addresses as ' +
      'BASE_URL for k6',
    wholeNumber('--processes', { min: 1, max: 16 }),
  )
  .action(({ processes }: { processes?: number }) =>
    launch({ api, entry: 'src/main.ts', root: join(api, '../..'), processes }),
  )

await runCommand(command)
