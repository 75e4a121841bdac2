import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterAll, afterEach, beforeEach, expect, it, vi } from 'vitest'
import { workloadNames } from 'workload'
import { addSimulateCommand } from './command.ts'

const folder = mkdtempSync(join(tmpdir(), 'simulate-'))
afterAll(() => rmSync(folder, { recursive: true }))

let printed: string[]
beforeEach(() => {
  printed = []
  vi.spyOn(console, 'log').mockImplementation((text: string) => void printed.push(...text.split('\n')))
})
afterEach(() => void vi.restoreAllMocks())

async function simulate(...flags: string[]): Promise<string[]> {
  const program = new Command().exitOverride()
  addSimulateCommand(program)
  await program.parseAsync(['simulate', ...flags], { from: 'user' })
  return printed
}

/** 9 min: every 2 s one of 30 posts in turn and a health check, and every minute an absent post. */
function accessLog(): string {
  const at = (second: number) => {
    const time = new Date(Date.UTC(2024, 9, 10, 13) + second * 1_000).toISOString().slice(11, 19)
    return `192.0.2.7 - - [10/Oct/2024:${time} +0000]`
  }
  const lines = Array.from({ length: 271 }, (_, n) => [
    `${at(2 * n)} "GET /posts/${n % 30} HTTP/1.1" 200 300`,
    `${at(2 * n)} "GET /healthz HTTP/1.1" 200 2`,
    ...(n % 30 === 0 ? [`${at(2 * n)} "GET /posts/99 HTTP/1.1" 404 9`] : []),
  ])
  const file = join(folder, 'access.log')
  writeFileSync(file, lines.flat().join('\n'))
  return file
}

it('replays a log without health checks, merges equal rows, and names the knee', async () => {
  const file = accessLog()
  const json = join(folder, 'rows.json')
  const flags = [
    '--strategies',
    'no-cache,cache-aside,stampede-lock',
    '--ttl',
    '10s,2m,5m,1h',
    '--capacity',
    '50,unlimited',
  ]
  const lines = await simulate('--workload', file, ...flags, '--exclude', '/healthz', '--json', json)
  expect(lines).toEqual([
    `${file}: 281 requests of 31 keys over 9 min: 281 reads, 0 writes, 0 deletes.`,
    expect.stringContaining('Read as common'),
    '10 reads were answered 404 or 410 and count as reads of an absent value: absence is cached, too.',
    'Left out 271 requests by exclude: 271 × /healthz.',
    '',
    'strategy       TTL    capacity       hit   loads  loads    old  old for  evic-  entries    MB',
    '                                   ratio     per  per s  reads  at most  tions',
    '                                       %    read             %        s',
    'no-cache       all 4  any           0.00  1.0000    0.5   0.00        –      0        0  0.00',
    'cache-aside,   10 s   50 and more   0.00  1.0000    0.5   0.00        –      0       31  0.01',
    'stampede-lock',
    'cache-aside,   2 min  50 and more  44.84  0.5516    0.3   0.00        –      0       31  0.01',
    'stampede-lock',
    'cache-aside,   5 min  50 and more  77.94  0.2206    0.1   0.00        –      0       31  0.01',
    'stampede-lock',
    'cache-aside,   1 h    50 and more  88.97  0.1103    0.1   0.00        –      0       31  0.01',
    'stampede-lock',
    '',
    'A TTL of 1 h is longer than the recording, 9 min: no entry expires in it, so the hit ratio is that of a cache without expiry, an upper bound.',
    'No knee: the shortest TTL within 1 point of the best hit ratio, 1 h, is longer than the recording; try TTLs below 9 min, or a longer recording.',
  ])
  const written = JSON.parse(readFileSync(json, 'utf8'))
  expect(written.rows).toHaveLength(3 * 4 * 2)
  expect(written).toMatchObject({ recordedMs: 540_500, knees: [{ strategy: 'cache-aside' }, {}, {}, {}] })
})

it('compares the TTL with the replay if a file has no times', async () => {
  const file = join(folder, 'keys')
  writeFileSync(file, '1\n2\n1\n'.repeat(100))
  expect(await simulate('--workload', file, '--strategies', 'cache-aside', '--ttl', '100ms,1s,1m')).toContain(
    'TTLs of 1 s, 1 min are longer than the replay, 0.299 s (the file has no times): no entry expires in it, so the hit ratio is that of a cache without expiry, an upper bound.',
  )
})

it('does not compare the TTL with a workload, whose warm-up is as long as the longest TTL', async () => {
  const lines = await simulate(
    '--workload',
    'ycsb-c',
    '--duration',
    '1s',
    '--ttl',
    '1s,5s',
    '--strategies',
    'cache-aside',
  )
  expect(lines.filter((line) => line.includes('longer than'))).toEqual([])
  expect(lines.at(-1)).toMatch(/^No knee: up to 5 s, the longest TTL given/)
})

it('counts as many requests as wanted after the warm-up', async () => {
  const json = join(folder, 'limited.json')
  const ttls = ['--ttl', '1s,20s', '--requests', '1000', '--json', json]
  const lines = await simulate('--workload', 'ycsb-b', '--strategies', 'cache-aside', ...ttls)
  expect(lines[0]).toContain(': 5,000 requests by id;')
  expect(lines[1]).toBe('the last 1,000 are counted, after a warm-up of 20 s, the longest TTL')
  const { rows } = JSON.parse(readFileSync(json, 'utf8'))
  expect(rows.map(({ reads, writes }: Record<string, number>) => reads! + writes!)).toEqual([1_000, 1_000])
})

it.each([
  [
    ['--workload', 'ycsb-b', '--ttl', '168h', '--requests', '1'],
    '--ttl and --duration need 120,960,001 operations, with a warm-up as long as the longest TTL; ' +
      'give shorter ones, for at most 10,000,000',
  ],
  [['--workload', 'ycsb-b', '--ttl', '1s', '--duration', '1ms'], '--duration is too short: nothing would be counted'],
])('refuses %j', async (flags, message) => {
  await expect(simulate(...flags)).rejects.toThrow(message)
})

it.each([
  [['--workload', 'blog', '--exclude', '*.css'], '--exclude is for traces, and blog is not a trace; leave it out'],
  [['--workload', 'blog', '--format', 'text'], '--format is for traces, and blog is not a trace; leave it out'],
  [['--workload', 'ycsb-bb'], `--workload is "ycsb-bb"; give one of ${workloadNames.join(', ')}, or an existing file`],
  [['--workload', 'package.json', '--exclude', '/a,'], '--exclude is "/a,"; give patterns separated by commas'],
])('rejects %j', async (flags, message) => {
  await expect(simulate(...flags)).rejects.toThrow(message)
})

it('reads a log that was truncated during writes, and says how much it skipped', async () => {
  const file = join(folder, 'truncated.log')
  writeFileSync(file, Buffer.concat([Buffer.alloc(2 * 2 ** 20), readFileSync(accessLog())]))
  const lines = await simulate('--workload', file, '--strategies', 'cache-aside', '--exclude', '/healthz')
  expect(lines[0]).toContain('281 requests of 31 keys')
  expect(lines).toContain("Passed over 2,097,152 NUL bytes in 1 run, as logrotate's copytruncate leaves them.")
})

it('distinguishes keys that differ in a byte outside UTF-8', async () => {
  const file = join(folder, 'latin-1.log')
  const entry = (path: string) => `192.0.2.7 - - [10/Oct/2024:13:00:00 +0000] "GET ${path} HTTP/1.1" 200 300\n`
  writeFileSync(file, entry('/\xe9') + entry('/\xe8'), 'latin1')
  expect((await simulate('--workload', file, '--strategies', 'cache-aside'))[0]).toContain('2 requests of 2 keys')
})
