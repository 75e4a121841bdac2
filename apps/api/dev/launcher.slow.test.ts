import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { createScratchDatabase } from 'local-servers'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'

/** Prints the addresses that it was given, and exits on SIGTERM. */
const standIn = `
  import { createServer } from 'node:http'
  const { PORT, REDIS_URL, DATABASE_URL } = process.env
  const server = createServer((request, response) => response.end()).listen(PORT, '127.0.0.1', () => {
    const url = 'http://127.0.0.1:' + server.address().port
    console.log('serving ' + JSON.stringify({ url, redis: REDIS_URL, postgres: DATABASE_URL }))
  })
  process.on('SIGTERM', () => process.exit())
`
/** `launcher.ts` for this folder, so that a test can touch the source and has its own data. */
const launcher = `
  import { launch } from ${JSON.stringify(new URL('./launch.ts', import.meta.url))}
  await launch({ api: import.meta.dirname, entry: 'main.mjs', root: import.meta.dirname })
`
/** Two processes of the API itself. */
const twoOfTheApi = `
  import { launch } from ${JSON.stringify(new URL('./launch.ts', import.meta.url))}
  const api = ${JSON.stringify(new URL('..', import.meta.url).pathname)}
  await launch({ api, entry: 'src/main.ts', root: import.meta.dirname, processes: 2 })
`

interface Serving {
  url: string
  redis?: string
  postgres: string
}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'launcher-'))
  writeFileSync(join(folder, 'main.mjs'), standIn)
  writeFileSync(join(folder, 'launcher.mjs'), launcher)
  writeFileSync(join(folder, 'two.mjs'), twoOfTheApi)
})
afterAll(() => rmSync(folder, { recursive: true }))

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function start(env: NodeJS.ProcessEnv = {}, script = 'launcher.mjs', ...args: string[]) {
  const { REDIS_URL, DATABASE_URL, ...plain } = process.env
  const launcher = spawn(process.execPath, ['--conditions=workspace-source', resolve(folder, script), ...args], {
    env: { ...plain, PORT: '0', SEED_POSTS: '20', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  // All descendants inherit these pipes, so `close` means that all of them have ended.
  const allGone = once(launcher, 'close') as Promise<[code: number | null]>
  cleanups.push(async () => {
    launcher.kill('SIGKILL')
    await allGone
  })
  const lines: string[] = []
  let errors = ''
  launcher.stderr.on('data', (chunk) => {
    errors += chunk
  })
  const reader = createInterface(launcher.stdout)
  reader.on('line', (line) => lines.push(line))
  /** The next `serving` line. */
  const serving = () =>
    new Promise<Serving>((resolve, reject) => {
      const read = (line: string) => {
        if (!line.startsWith('serving ')) return
        reader.off('line', read)
        resolve(JSON.parse(line.slice('serving '.length)))
      }
      reader.on('line', read)
      void allGone.then(() => reject(new Error(`ended: ${errors}`)))
    })
  return { launcher, allGone, lines, serving, errors: () => errors }
}

async function refuses(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  const connected = await once(socket, 'connect').then(
    () => true,
    () => false,
  )
  socket.destroy()
  return !connected
}

describe('pnpm dev', () => {
  it('prints the servers it uses, restarts only the API when a source is saved, and ends everything on repeated signals', async () => {
    const { launcher, allGone, lines, serving } = start()
    const first = await serving()
    expect(lines.slice(0, 3)).toEqual([
      expect.stringMatching(/^redis: (redis|valkey)-server [\d.]+, private, port \d+, nothing kept$/),
      'postgres: embedded PGlite, data in .data/postgres',
      expect.stringMatching(/^posts: 20 loaded in [\d.]+ s$/),
    ])

    await expect.poll(() => lines).toContain(first.url)
    const saved = new Date()
    const restarted = serving()
    utimesSync(join(folder, 'main.mjs'), saved, saved)
    const second = await restarted
    expect(second).toMatchObject({ redis: first.redis, postgres: first.postgres })
    expect(lines.filter((line) => line.startsWith('posts:'))).toHaveLength(1)

    launcher.kill('SIGINT')
    launcher.kill('SIGINT')
    launcher.kill('SIGTERM')
    expect((await allGone)[0]).toBe(0)
    const urls = [second.url, second.redis!, second.postgres]
    expect(await Promise.all(urls.map(refuses))).toEqual([true, true, true])
  })

  it('ends everything after a kill -9, and finds the posts on the next start', async () => {
    const { launcher, allGone, lines, serving } = start()
    const { url, redis, postgres } = await serving()
    expect(lines).toContain('posts: 20, loaded before')
    const killedAt = performance.now()
    launcher.kill('SIGKILL')
    await allGone
    // Within 2 s on an idle machine; two other test files run at the same time.
    expect(performance.now() - killedAt).toBeLessThan(6_000)
    expect(await Promise.all([url, redis!, postgres].map(refuses))).toEqual([true, true, true])
  })

  it('runs without Redis, and prints how to install it', async () => {
    const { lines, serving } = start({ PATH: '/nonexistent' })
    expect((await serving()).redis).toBeUndefined()
    expect(lines[0]).toMatch(
      /^redis: none found → memory store in the process\. Install Redis: apt-get install redis-server/,
    )
  })

  it('uses the given servers, and shows no password', async () => {
    const scratch = await createScratchDatabase(process.env.TEST_DATABASE_URL!)
    cleanups.push(scratch.drop)
    const REDIS_URL = process.env.TEST_REDIS_URL!.replace('redis://', 'redis://:secret@')
    const { lines, serving } = start({ REDIS_URL, DATABASE_URL: scratch.url })
    expect(await serving()).toMatchObject({ redis: REDIS_URL, postgres: scratch.url })
    expect(lines[0]).toBe(`redis: ${new URL(REDIS_URL).host}, from REDIS_URL`)
    expect(lines[1]).toBe(`postgres: ${new URL(scratch.url).host}, from DATABASE_URL`)
  })

  it('exits immediately with one line when a variable is wrong', async () => {
    const { allGone, lines, errors } = start({ SEED_POSTS: 'many' })
    expect((await allGone)[0]).toBe(1)
    expect(errors()).toBe('SEED_POSTS is "many"; allowed: a whole number from 1 to 1000000\n')
    expect(lines).toEqual([])
  })

  it('exits immediately with one line when the port is in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    cleanups.push(() => taken.close())
    const { port } = taken.address() as { port: number }
    const { allGone, errors } = start({ PORT: String(port) })
    expect((await allGone)[0]).toBe(1)
    expect(errors()).toBe(
      `port ${port} on 127.0.0.1 is in use; stop the process that listens there (another \`pnpm dev\`?), or set PORT\n`,
    )
  })

  const real = new URL('./launcher.ts', import.meta.url).pathname

  it('starts several processes on separate ports over one Redis and one Postgres, and ends them all', async () => {
    const { launcher, allGone, lines } = start({ LOG_LEVEL: 'warn' }, 'two.mjs')
    const baseUrl = () => lines.find((line) => line.startsWith('BASE_URL='))
    await expect
      .poll(baseUrl, { timeout: 60_000 })
      .toMatch(/^BASE_URL=http:\/\/127\.0\.0\.1:\d+,http:\/\/127\.0\.0\.1:\d+$/)
    const [one, other] = baseUrl()!.slice('BASE_URL='.length).split(',') as [string, string]
    expect(one).not.toBe(other)

    const path = '/api/posts/7?strategy=manual-invalidation'
    const read = async (url: string) => {
      const answer = await fetch(url + path)
      const { title } = (await answer.json()) as { title: string }
      return [answer.headers.get('X-Cache'), title]
    }
    const [, before] = await read(one)
    expect(await read(other)).toEqual(['HIT', before])
    const headers = { 'Content-Type': 'application/json' }
    await fetch(one + path, { method: 'PATCH', body: '{"title":"changed through one"}', headers })
    expect(await read(other)).toEqual(['MISS', 'changed through one'])

    launcher.kill('SIGTERM')
    expect((await allGone)[0]).toBe(0)
    expect(await Promise.all([one, other].map(refuses))).toEqual([true, true])
  })

  it.each([
    [{}, ['--processes', '0'], 2, '--processes is "0"; give a whole number from 1 to 16\n'],
    [{}, ['--processes', '17'], 2, '--processes is "17"; give a whole number from 1 to 16\n'],
    [{}, ['--', '--processes=two'], 2, '--processes is "two"; give a whole number from 1 to 16\n'],
    [{}, ['--workers', '2'], 2, "unknown option '--workers'; allowed: --processes, --help\n"],
    [
      { WORKERS: '2', REDIS_URL: 'redis://127.0.0.1:1' },
      ['--processes', '2'],
      1,
      'WORKERS is "2"; allowed with --processes: 1, since workers share one address\n',
    ],
    [
      { PORT: '65534' },
      ['--processes', '2'],
      1,
      'PORT is "65534"; allowed with --processes 2: up to 65533, since they listen on the ports after it\n',
    ],
  ])('refuses %j %j with one line, and starts nothing', async (env, args, code, line) => {
    const { allGone, lines, errors } = start(env, real, ...args)
    expect((await allGone)[0]).toBe(code)
    expect(errors()).toBe(line)
    expect(lines).toEqual([])
  })

  it('needs a Redis for several processes, and prints how to install it', async () => {
    const { allGone, errors } = start({ PATH: '/nonexistent' }, real, '--processes', '2')
    expect((await allGone)[0]).toBe(1)
    expect(errors()).toMatch(
      /^--processes is "2"; allowed without Redis: 1, [^\n]*apt-get install redis-server[^\n]*\n$/,
    )
  })

  it('--help starts nothing', async () => {
    const { allGone, lines, errors } = start({ PORT: 'abc' }, real, '--help')
    expect([(await allGone)[0], errors()]).toEqual([0, ''])
    expect(lines.join('\n')).toMatch(/Usage: pnpm dev.*--processes <n>.*Needs: .*Prints: /s)
  })
})
