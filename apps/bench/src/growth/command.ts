/** `pnpm bench:growth`: cache-core with 10^3 to 10^6 keys. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeCommand, runCommand, wholeNumber } from 'command-line'
import { startRedis } from 'local-servers'
import { commit, machine } from '../environment.ts'
import { asText } from '../write-results.ts'
import { measureGrowth } from './measure-growth.ts'

interface Flags {
  rounds: number
  most: number
  store?: true
}

const SIZES = [1_000, 10_000, 100_000, 1_000_000]
const root = join(import.meta.dirname, '../../../..')

const command = describeCommand('pnpm bench:growth', {
  does:
    'Fills a Redis with 1,000 to 1,000,000 entries of 350 bytes, through cache-core and by plain SET PX, and compares a hit of both, the memory ' +
    'per entry, and how soon a new process has its first hit. Writes results/growth.json.',
  needs: 'redis-server or valkey-server on PATH; it starts its own. About 3 minutes.',
  prints: 'A line per number of keys.',
})
  .option('--rounds <n>', 'default 15', wholeNumber('--rounds', { min: 1, max: 1_000 }), 15)
  .option('--most <n>', 'the largest number of keys', wholeNumber('--most', { min: 1_000, max: 1_000_000 }), 1_000_000)
  .option('--store', 'also writes docs/runs/growth.json')
  .action(async ({ rounds, most, store }: Flags) => {
    const server = await startRedis({ args: ['--maxmemory', '3gb', '--maxmemory-policy', 'noeviction'] })
    try {
      const sizes = []
      for (const keys of SIZES.filter((size) => size <= most)) {
        const measured = await measureGrowth(server.url, keys, rounds)
        sizes.push(measured)
        const { hit, bytesPerEntry, firstHitMs } = measured
        console.log(
          `${keys} keys: a hit ${hit.ratio.toFixed(2)} times a raw GET (${hit.oursUs.toFixed(1)} µs), ` +
            `${bytesPerEntry.ours} B an entry against ${bytesPerEntry.plain} B, first hit of a new process after ${firstHitMs} ms`,
        )
      }
      const result = {
        schemaVersion: 1,
        kind: 'growth',
        date: new Date().toISOString(),
        ...commit(),
        machine: machine(server),
        options: { rounds, valueBytes: 350, inFlight: 64 },
        sizes,
      }
      const folders = [process.env.RESULTS_DIR ?? join(root, 'results'), ...(store ? [join(root, 'docs/runs')] : [])]
      for (const folder of folders) {
        mkdirSync(folder, { recursive: true })
        writeFileSync(join(folder, 'growth.json'), asText(result))
        console.log(join(folder, 'growth.json'))
      }
    } finally {
      await server.stop()
    }
  })

await runCommand(command)
