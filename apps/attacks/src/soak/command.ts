/** `pnpm attack soak`: runs a load, then prints a table of the growth of memory, handles and files. */
import { describeCommand } from 'command-line'
import { soak, watched } from './soak.ts'

export const command = describeCommand('pnpm attack soak', {
  does: 'Runs a mixed load over all strategies for SOAK_SECONDS (default 600) and checks that memory, handles and open files do not grow.',
  needs:
    'redis-server or valkey-server on PATH. DATABASE_URL names a Postgres server for a temporary database; without it an embedded one is started.',
  prints: 'The watched values once a minute, then a table of slopes. Exit code 1 for growth or a failed request.',
}).action(runSoak)

async function runSoak(): Promise<void> {
  const seconds = Number(process.env.SOAK_SECONDS ?? 600)
  console.log(`${seconds} s of mixed load over all strategies`)
  const round = (value: number) => Math.round(value * 10) / 10
  let samples = 0
  const { requests, failures, rows } = await soak({
    seconds,
    sampleMs: 2_000,
    posts: 500,
    clients: 6,
    pauseMs: 10,
    onSample(values) {
      // Once a minute, so that a failed run shows when the growth began.
      if (samples++ % 30 === 0) console.log(watched.map(({ name }, i) => `${name} ${round(values[i]!)}`).join(' · '))
    },
  })

  console.table(
    Object.fromEntries(
      rows.map(({ name, first, last, lowest, highest, trend, boundPerHour, flat }) => [
        name,
        {
          first: round(first),
          last: round(last),
          lowest: round(lowest),
          highest: round(highest),
          'per hour': `${round(trend.perHour)} ± ${round(trend.standardError)}`,
          'may grow by': boundPerHour,
          verdict: flat ? 'flat' : 'GROWS',
        },
      ]),
    ),
  )
  console.log(`${requests} requests, ${failures.length} failures; slope ± standard error of the second half`)
  for (const failure of failures.slice(0, 10)) console.log(failure)
  process.exitCode = failures.length > 0 || rows.some(({ flat }) => !flat) ? 1 : 0
}
