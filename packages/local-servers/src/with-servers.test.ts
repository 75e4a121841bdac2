import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { describe, expect, it, onTestFinished } from 'vitest'
import { refuses } from '../test/connections.ts'
import { run } from '../test/run.ts'
import { findPostgresServer } from './find-postgres-server.ts'
import { startPostgresServer } from './start-postgres-server.ts'

const file = new URL('./with-servers.ts', import.meta.url).pathname
/** The environment of a shell without these variables. */
const { DATABASE_URL, TEST_REDIS_URL, TEST_DATABASE_URL, TEST_POSTGRES, ...plain } = process.env
const given = { TEST_REDIS_URL: 'redis://:secret@r.example:7000', TEST_DATABASE_URL: 'postgres://u:secret@p.example/x' }
const print = (...names: string[]) => ['sh', '-c', `echo ${names.map((name) => `$${name}`).join(' ')}`]

describe('with-servers', () => {
  it('prints which servers it uses, passes them to the command, and ends them afterwards', async () => {
    const env = { ...plain, TEST_POSTGRES: 'embedded' }
    const { code, out, err } = await run(file, print('TEST_REDIS_URL', 'TEST_DATABASE_URL'), env)
    const [first, second] = out.split('\n')
    expect(first).toMatch(
      /^tests use (redis|valkey)-server [\d.]+ \(private, port \d+\) and an embedded Postgres \(PGlite, private, port \d+\)$/,
    )
    const [redis, postgres] = second!.split(' ') as [string, string]
    expect(first).toContain(`port ${new URL(redis).port})`)
    expect([await refuses(redis), await refuses(postgres)]).toEqual([true, true])
    expect({ code, err }).toEqual({ code: 0, err: '' })
  })

  it.runIf(findPostgresServer())('starts a Postgres if one is installed', async () => {
    const { code, out, err } = await run(file, print('TEST_DATABASE_URL'), {
      ...plain,
      TEST_REDIS_URL: given.TEST_REDIS_URL,
    })
    const [first, url] = out.split('\n')
    expect(first).toContain(`and an installed Postgres (private, port ${new URL(url!).port})`)
    expect({ code, err, gone: await refuses(url!) }).toEqual({ code: 0, err: '', gone: true })
  })

  it.runIf(findPostgresServer())("makes a throw-away database on DATABASE_URL's server, and drops it", async () => {
    const server = await startPostgresServer()
    onTestFinished(() => server.stop())
    const { out } = await run(file, print('TEST_DATABASE_URL'), { ...plain, DATABASE_URL: server.url })
    const [first, used] = out.split('\n')
    expect(first).toMatch(/and a throw-away database on [\w.]+:\d+$/)
    const gone = await run(file, ['true'], { ...plain, DATABASE_URL: used })
    expect(gone.err).toMatch(/does not exist/)
  })

  it('only runs the command if both are already set', async () => {
    const answer = await run(file, print('TEST_REDIS_URL', 'TEST_DATABASE_URL'), { ...plain, ...given })
    expect(answer).toEqual({ code: 0, out: `${given.TEST_REDIS_URL} ${given.TEST_DATABASE_URL}\n`, err: '' })
  })

  it('starts only the missing server, and shows no password', async () => {
    const { TEST_DATABASE_URL } = given
    const { out } = await run(file, print('TEST_DATABASE_URL'), { ...plain, TEST_DATABASE_URL })
    const [first, second] = out.split('\n')
    expect(first).toMatch(/\(private, port \d+\) and the Postgres on p\.example:5432 \(TEST_DATABASE_URL\)$/)
    expect(second).toBe(TEST_DATABASE_URL)
  })

  it('starts nothing for --help', async () => {
    const { code, out } = await run(file, [process.execPath, '--help'], { ...plain, PATH: '/nonexistent' })
    expect(code).toBe(0)
    expect(out).not.toContain('tests use')
  })

  it('keeps compiled code for all processes of the command, in one folder', async () => {
    const { out } = await run(file, print('NODE_COMPILE_CACHE'), { ...plain, ...given, NODE_COMPILE_CACHE: '' })
    expect(out).toMatch(/\/node_modules\/\.cache\/compiled\n$/)
    const chosen = await run(file, print('NODE_COMPILE_CACHE'), { ...plain, ...given, NODE_COMPILE_CACHE: '/own' })
    expect(chosen.out).toBe('/own\n')
  })

  it('exits with the code of the command', async () => {
    expect(await run(file, ['sh', '-c', 'exit 3'], { ...plain, ...given })).toMatchObject({ code: 3 })
  })

  it('exits with 128 + the number of the signal that ended the command', async () => {
    expect(await run(file, ['sh', '-c', 'kill -9 $$'], { ...plain, ...given })).toMatchObject({ code: 137 })
  })

  it('forwards SIGTERM and waits for the command to end', async () => {
    const script = `process.on('SIGTERM', () => process.exit(7)); setInterval(() => {}, 60_000); console.log('ready')`
    const child = spawn(process.execPath, [file, process.execPath, '-e', script], { env: { ...plain, ...given } })
    await once(createInterface(child.stdout), 'line')
    child.kill('SIGTERM')
    expect((await once(child, 'exit'))[0]).toBe(7)
  })

  it('names the command that it could not run', async () => {
    const { code, err } = await run(file, ['no-such-command'], { ...plain, ...given })
    expect({ code, err }).toEqual({ code: 127, err: "can't run no-such-command: spawn no-such-command ENOENT\n" })
  })

  it('says in one line how to install Redis if there is none', async () => {
    const { code, out, err } = await run(file, [process.execPath, '--version'], { ...plain, PATH: '/nonexistent' })
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(/^the tests need a real Redis, .*apt-get install redis-server .*brew install redis.*\n$/)
  })

  it('says in one line that the database server does not answer', async () => {
    const { code, err } = await run(file, ['true'], { ...plain, DATABASE_URL: 'postgres://u:secret@127.0.0.1:1/x' })
    const line =
      "the tests' servers did not start: can't create a database on 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1\n"
    expect({ code, err }).toEqual({ code: 1, err: line })
  })
})
