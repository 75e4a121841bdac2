/** One of the processes of a stampede: has every library open, and reads a key through one of them, many times at once. */
import { setTimeout as sleep } from 'node:timers/promises'
import { libraries } from '../libraries/index.ts'
import type { OpenCache } from '../libraries/library.ts'
import type { LibraryName } from '../libraries/names.ts'
import { stampede } from '../rows.ts'
import { sizes } from '../sizes.ts'
import { makeValues } from '../values.ts'
import type { Stampede, WorkerOptions, WorkerReport } from './messages.ts'

const options = JSON.parse(process.argv[2]!) as WorkerOptions
const [value] = makeValues({ ...sizes['350 B'], keys: 1 }, options.seed)
let loads = 0

async function openAll(): Promise<Map<LibraryName, OpenCache>> {
  const opened = new Map<LibraryName, OpenCache>()
  for (const name of options.libraries) {
    const { process: open, form } = libraries[name]
    const load = async () => {
      loads++
      await sleep(stampede.loadMs)
      return value![form === 'bytes' ? 'bytes' : 'object']
    }
    const loadMany = async () => []
    const cache = await open!({ redisUrl: options.redisUrl, prefix: `herd:${name}:`, load, loadMany, onError() {} })
    opened.set(name, cache)
  }
  return opened
}

const opened = await openAll()

process.on('message', async ({ library, key, readers, startAt }: Stampede) => {
  const cache = opened.get(library)!
  const loadsBefore = loads
  await sleep(startAt - Date.now())
  const cpuBefore = process.cpuUsage()
  const startedAt = performance.now()
  const oneWait = async () => {
    await cache.read(key)
    return performance.now() - startedAt
  }
  const waitsMs = await Promise.all(Array.from({ length: readers }, oneWait))
  const { user, system } = process.cpuUsage(cpuBefore)
  report({ kind: 'done', loads: loads - loadsBefore, waitsMs, cpuUs: user + system })
})
process.on('disconnect', () => process.exit())
report({ kind: 'ready' })

function report(message: WorkerReport): void {
  process.send!(message)
}
