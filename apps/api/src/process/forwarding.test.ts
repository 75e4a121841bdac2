import { expect, it } from 'vitest'
import { Forwarding, type Peer } from './forwarding.ts'
import type { Message } from './messages.ts'

/** A worker that keeps what it was sent. */
function peerOf(id: number) {
  const sent: Message[] = []
  const peer: Peer = { id, isConnected: () => true, send: (message) => sent.push(message) }
  return { peer, take: () => sent.splice(0) }
}

function threeWorkers() {
  const forwarding = new Forwarding()
  const workers = [peerOf(1), peerOf(2), peerOf(3)] as const
  for (const { peer } of workers) forwarding.add(peer, { running: null, last: null })
  /** Without the state of the load, which each is sent first. */
  const serve = ({ peer, take }: (typeof workers)[number]) => {
    forwarding.serves(peer)
    take()
  }
  return { forwarding, workers, serve }
}

it('asks those that serve, and says to the asker how many they are', () => {
  const { forwarding, workers, serve } = threeWorkers()
  const [asker, other, starting] = workers
  serve(asker)
  forwarding.ask(asker.peer, 7, 'report', [])
  expect(asker.take()).toEqual([{ to: 1, id: 7, asked: 0 }])
  serve(other)
  forwarding.ask(asker.peer, 8, 'report', [])
  expect(asker.take()).toEqual([{ to: 1, id: 8, asked: 1 }])
  expect(other.take()).toEqual([{ from: 1, id: 8, name: 'report', args: [] }])
  expect(starting.take()).toEqual([])
})

it('keeps changes for a starting worker in their order, and never a report or a mark', () => {
  const { forwarding, workers, serve } = threeWorkers()
  const [asker, , starting] = workers
  serve(asker)
  const asked = ['load', 'report', 'load', 'tune', 'mark', 'load', 'load', 'reset', 'invalidateMemory'] as const
  asked.forEach((name, n) => {
    forwarding.ask(asker.peer, n, name, [n])
  })
  expect(starting.take()).toEqual([])
  forwarding.serves(starting.peer)
  const received = starting.take().map((message) => 'name' in message && [message.name, ...message.args])
  // Of successive states of the load only the last.
  expect(received).toEqual([
    ['load', 2],
    ['tune', 3],
    ['load', 6],
    ['reset', 7],
    ['invalidateMemory', 8],
  ])
})

it('asks nobody that has ended, and knows whether it had served', () => {
  const { forwarding, workers, serve } = threeWorkers()
  const [asker, other, starting] = workers
  for (const worker of [asker, other]) serve(worker)
  expect([other, starting].map(({ peer }) => forwarding.remove(peer))).toEqual([true, false])
  forwarding.ask(asker.peer, 1, 'tune', [])
  expect(asker.take()).toEqual([{ to: 1, id: 1, asked: 0 }])
  expect([...other.take(), ...starting.take()]).toEqual([])
})
