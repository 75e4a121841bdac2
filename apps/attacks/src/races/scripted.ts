/** Runs every race script on every peer. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { isLost, type Race, races } from 'cache-core/testing'
import { Redis } from 'ioredis'
import { peerNames, peers } from 'peers'
import { onManualInvalidation, onPeer, type Play } from './stages.ts'

export const TIMES = 5
const root = join(import.meta.dirname, '../../../..')

interface Contender {
  readonly name: string
  readonly library: string
  readonly version: string
  readonly play: Play
}

const contenders: Contender[] = [
  ...peerNames.map((name) => {
    const { library } = peers[name]
    return { name, library, version: versionOf(library), play: onPeer(peers[name]) }
  }),
  { name: 'manual-invalidation', library: 'cache-core', version: 'this commit', play: onManualInvalidation },
]

export async function playAll(): Promise<void> {
  const results = []
  for (const contender of contenders) {
    const { play, ...who } = contender
    const lost: Record<string, number> = {}
    for (const race of races) lost[shortTitle(race)] = await countLosses(play, race)
    results.push({ ...who, lost })
    console.log(`${who.name} (${who.library} ${who.version}) lost, of ${TIMES}: ${JSON.stringify(lost)}`)
  }

  const run = {
    format: 'peers-race/1',
    what: `Races scripted with gates (packages/cache-core/src/testing/races.ts), each played ${TIMES} times on separate keys; how often a reader was served a value older than an acknowledged write.`,
    command: 'pnpm attack races',
    date: new Date().toISOString(),
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
    node: process.version,
    redis: await redisVersion(),
    times: TIMES,
    races: Object.fromEntries(races.map((race) => [shortTitle(race), race.title])),
    schedule: [
      'reader (process 1) misses and starts to load version 1',
      'writer (process 2) commits version 2, deletes, is acknowledged',
      'the load returns version 1, which is cached',
      'four readers, two in each process, begin: version 1 is stale now, since version 2 was acknowledged',
    ],
    scheduleOf: 'stale set',
    results,
  }
  const path = join(root, 'docs/runs/peers-race.json')
  writeFileSync(path, `${JSON.stringify(run, null, 2)}\n`)
  console.log('written: docs/runs/peers-race.json')
}

async function countLosses(play: Play, race: Race): Promise<number> {
  let lost = 0
  for (let i = 0; i < TIMES; i++) if (isLost(await play(race))) lost++
  return lost
}

function shortTitle({ title }: Race): string {
  return title.split(':')[0]!
}

/** Reads the file: not all libraries export their package.json. */
function versionOf(library: string): string {
  const folders = createRequire(import.meta.resolve('peers')).resolve.paths(library) ?? []
  for (const folder of folders) {
    try {
      return (JSON.parse(readFileSync(join(folder, library, 'package.json'), 'utf8')) as { version: string }).version
    } catch {}
  }
  throw new Error(`${library} is not installed`)
}

async function redisVersion(): Promise<string> {
  const redis = new Redis(process.env.TEST_REDIS_URL!)
  const info = await redis.info('server')
  redis.disconnect()
  return /redis_version:(\S+)/.exec(info)?.[1] ?? 'unknown'
}
