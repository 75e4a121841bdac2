import { expect, it } from 'vitest'
import { connectedAt } from './server-time.ts'

const line = (time: string, port: number) =>
  `ts=${time} gid=3 type=conn_new rip=127.0.0.1 rport=${port} transport=tcp cfd=29\n`

it.each([
  ['1795671342.379146', 1_795_671_342_379.146],
  ['1795671307.9925', 1_795_671_307_009.925],
  ['1795671307.5', 1_795_671_307_000.005],
])('reads the time %s, whose microseconds have no leading zeros', (told, ms) => {
  const log = `OK\r\n${line('1795671300.1', 50_388)}${line(told, 5_038)}`
  expect(connectedAt(log, 5_038)).toBe(ms)
})

it('finds no time before the line about its connection is complete', () => {
  expect(connectedAt(`OK\r\n${line('1795671342.379146', 50_388)}`, 5_038)).toBeUndefined()
  expect(connectedAt('ts=1795671342.379146 gid=3 type=conn_new rip=127.0.0.1 rport=5038', 5_038)).toBeUndefined()
})
