/** `pnpm dev`: everything the API needs, and the API, restarted when a source file is saved. */
import { join } from 'node:path'
import { describeCommand, runCommand, wholeNumber } from 'command-line'
import { launch } from './launch.ts'

const api = join(import.meta.dirname, '..')

const command = describeCommand('pnpm dev', {
  does:
    'Starts what the API needs, loads the posts unless they are there, and serves http://127.0.0.1:3000; restarts the API when a source file ' +
    'is saved. Ctrl-C ends all of it within 10 s. docs/running.md has more.',
  needs:
    'Nothing but this repository. REDIS_URL and DATABASE_URL are used where set. Otherwise redis-server or valkey-server from PATH is started, ' +
    'private and with nothing kept (without one, entries are kept in memory), and an embedded Postgres with its data in .data/postgres. ' +
    '.env.example lists every variable that may be set.',
  prints:
    'What is used, the address to open, then the log: readable on a terminal, JSON lines elsewhere. Exit code 0 after Ctrl-C or SIGTERM, ' +
    '1 when something went wrong, which the last line says.',
})
  .option(
    '--processes <n>',
    '1 to 16 API processes over the same Redis and Postgres, each on a port of its own after PORT: 3001, 3002, …; prints their addresses as ' +
      'BASE_URL for k6',
    wholeNumber('--processes', { min: 1, max: 16 }),
  )
  .action(({ processes }: { processes?: number }) =>
    launch({ api, entry: 'src/main.ts', root: join(api, '../..'), processes }),
  )

await runCommand(command)
