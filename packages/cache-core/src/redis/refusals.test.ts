import { expect, it } from 'vitest'
import { type FakeRuntime, fakeRuntime } from '../testing/fake-runtime.ts'
import { Refusals } from './refusals.ts'

function open(runtime: FakeRuntime) {
  const said: string[] = []
  return { said, refusals: new Refusals(runtime.now, (line) => said.push(line)) }
}

it('reports a kind of refusal once a minute, even if the rest of its text differs', async () => {
  const runtime = fakeRuntime()
  const { said, refusals } = open(runtime)
  for (let slot = 0; slot < 1_000; slot++) refusals.note('GET', new Error(`MOVED ${slot} 127.0.0.1:7001`))
  expect(said).toEqual([
    expect.stringMatching(/^Redis refuses GET: MOVED 0 .*; .*new Cluster\(nodes, clusterOptions\)/),
  ])
  await runtime.advance(60_000)
  refusals.note('GET', new Error('MOVED 1 127.0.0.1:7001'))
  expect(said).toHaveLength(2)
})

it('does not report errors that the protocol expects', () => {
  const { said, refusals } = open(fakeRuntime())
  refusals.note('EVALSHA', new Error('NOSCRIPT No matching script.'))
  refusals.note('GET', new Error('WRONGTYPE Operation against a key holding the wrong kind of value'))
  expect([said, refusals.reason]).toEqual([[], undefined])
})

it('forgets a refusal once the command was accepted after 1 s without a refusal', async () => {
  const runtime = fakeRuntime()
  const { refusals } = open(runtime)
  refusals.note(
    'EVALSHA',
    new Error("ERR The user executing the script can't run this command or subcommand script: ab12"),
  )
  refusals.accepted('EVALSHA')
  expect(refusals.reason).toMatch(/ACL SETUSER … \+get \+set \+del/)
  await runtime.advance(1_000)
  refusals.accepted('GET')
  expect(refusals.areNone).toBe(false)
  refusals.accepted('EVALSHA')
  expect(refusals.areNone).toBe(true)
})

it('takes the command’s name from the error if the caller did not give it', () => {
  const { said, refusals } = open(fakeRuntime())
  refusals.note('', new Error("NOPERM User u has no permissions to run the 'scan' command"))
  expect(said).toEqual([expect.stringMatching(/^Redis refuses SCAN: .*\+scan$/)])
})
