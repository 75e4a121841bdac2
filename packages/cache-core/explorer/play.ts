/** A schedule from its start to its last checks. */
import { Violation } from './oracle.ts'
import { settled } from './scheduler.ts'
import type { World } from './world.ts'

/** @throws Violation */
export async function play(world: World): Promise<void> {
  await settled() // lets stores connect
  await world.prepare()
  world.loads.start()
  await world.finish()
  if (world.backend.troubles !== undefined) await flushPending(world)
  if (!world.isTroubled && world.countsLoads) world.loads.check()
  if (world.hasOutbox) await relay(world)
  if (world.backend.feeds !== undefined) await tellAll(world)
  await checkLastReads(world)
}

/** Restores all connections, and lets every process flush its pending invalidations. */
async function flushPending(world: World): Promise<void> {
  const { troubles } = world.backend
  const alive = world.nodes.filter(({ isDead }) => !isDead)
  for (const node of alive) troubles!.setCut(node, false)
  const isSettled = () => alive.every((node) => !troubles!.hasPending(node) && !troubles!.isAway(node))
  await world.run(isSettled)
  if (!isSettled())
    throw new Violation('pending invalidations are flushed', 'one is still pending, though the store is back')
}

/** Lets every process hear of all changes. */
async function tellAll(world: World): Promise<void> {
  await world.run(() =>
    world.scheduler.pending.every(({ agent, line }) => agent.process.isDead || line?.isSilent === true),
  )
}

/** The outbox's relay delivers unconfirmed invalidations: the writer died, failed, or never got the commit's answer. */
async function relay(world: World): Promise<void> {
  const heir = world.nodes.find(({ isDead }) => !isDead)!
  for (const { keys, tags, isDelivered } of world.outbox) {
    if (!isDelivered) await world.do(heir, 'outbox', () => heir.cache.invalidate({ keys, tags }))
  }
}

/** @throws Violation unless every process reads the current version. */
async function checkLastReads(world: World): Promise<void> {
  if (world.oracle.readAfterWriteOf !== 'keys and tags') {
    // If only expiry makes a value current, let time pass first, with no call pending that would time out.
    await world.run(() => world.scheduler.pending.every(({ agent }) => agent.process.isDead))
    await world.pass(world.guarantee.staleForAtMostMs + 1)
  }
  for (const node of world.nodes) {
    if (node.isDead) continue
    for (const [key, tags] of world.questions) {
      let version: number | undefined
      const name = `${node.name} afterwards`
      const task = { does: 'read', key, tags, times: 1, loadFails: false } as const
      // A refresh may still be running and fail, but no later load fails.
      for (let tries = 0; version === undefined && tries < 2; tries++) {
        await world.do(node, name, async () => {
          version = await world.perform(world, name, node, task)
        })
      }
      if (version === world.version) continue
      const message = `afterwards ${node.name} reads ${key} → v${version}, though the row is v${world.version}`
      throw new Violation('nothing is permanently stale', message)
    }
  }
}
