/** `pnpm worker`: runs `src/worker.ts`, with `--help`. */
import { describeCommand, runCommand } from 'command-line'

const command = describeCommand('pnpm worker', {
  does:
    'Refreshes the list, the report on authors and the hottest posts before their TTL ends, so that no reader waits for them. Runs as a ' +
    'separate process beside the API; with several workers, each job runs on one of them. docs/warming.md has more.',
  needs:
    "The API's REDIS_URL, DATABASE_URL, REDIS_PREFIX and CACHE_TTL_MS; entries kept in Redis (CACHE_STORE auto or redis); a Redis that " +
    'evicts no jobs (maxmemory-policy volatile-lru or noeviction). WORKER_STRATEGIES is a comma-separated list; default: CACHE_STRATEGY.',
  prints:
    'JSON lines: one at the start, then one per job. Ctrl-C or SIGTERM ends it within 10 s with exit code 0. If a requirement is missing, the ' +
    'last line names it and the exit code is 1.',
}).action(async () => {
  await import('../src/worker.ts')
})

await runCommand(command)
