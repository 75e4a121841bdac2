/** The tasks of a plan's actors. */
import type { ReadResult } from '../src/read-result.ts'
import { traceValue } from './commands.ts'
import type { Node } from './node.ts'
import { EVERY_KEY, Violation, versionOf } from './oracle.ts'
import type { Task } from './plan.ts'
import { ACKNOWLEDGED, DATABASE, read, TROUBLE, written } from './step.ts'
import type { OutboxRow, Perform, World } from './world.ts'

type TaskOf<Does extends Task['does']> = Extract<Task, { does: Does }>

const ORIGIN_FAILURE = new Error('the origin failed')

export const perform: Perform = async (world, name, node, task) => {
  switch (task.does) {
    case 'read': {
      let version = await readRow(world, name, node, task)
      for (let i = 1; i < task.times; i++) version = await readRow(world, name, node, { ...task, loadFails: false })
      return version
    }
    case 'write':
      await writeRow(world, name, node, task)
      return undefined
    case 'change by hand':
      await changeByHand(world, name, node, task)
      return undefined
  }
}

/** @returns the version of `task.key` */
async function readRow(world: World, name: string, node: Node, task: TaskOf<'read'>): Promise<number | undefined> {
  const { oracle, scheduler } = world
  const { key, tags, also = [] } = task
  const loaded = new Map([key, ...also].map((each) => [each, [] as number[]]))
  const beganAt = scheduler.time.now
  scheduler.touch(read(ACKNOWLEDGED))
  const floors = new Map([key, ...also].map((each) => [each, oracle.floor(node, each)]))
  const load = (keys: readonly string[]) => loadRow(world, node, task, keys, loaded)
  let results: ReadonlyMap<string, ReadResult<number>>
  try {
    results =
      also.length === 0
        ? new Map([[key, await node.cache.read(key, () => load([key]), { tags })]])
        : await node.cache.readMany([key, ...also], async (keys) => {
            const value = await load(keys)
            return new Map(keys.map((each) => [each, value]))
          })
  } catch (error) {
    // All readers that waited for a load share its failure.
    if (error === ORIGIN_FAILURE || error instanceof Violation) return rethrowBreach(error)
    throw new Violation('a store failure fails no caller', `${name}'s read failed: ${error}`)
  }
  for (const [each, result] of results) {
    const what = also.length === 0 ? '' : ` for ${each}`
    world.trace?.({ by: name, text: `returns ${traceValue(result.value ?? 0)}${what} (${result.outcome})` })
    oracle.check({ who: name, process: node, floor: floors.get(each)!, beganAt, loaded: loaded.get(each)! }, result)
  }
  const { value } = results.get(key)!
  return value === undefined ? undefined : versionOf(value)
}

/** Loads the row for these keys. */
async function loadRow(
  world: World,
  node: Node,
  { loadFails, loadMs }: TaskOf<'read'>,
  keys: readonly string[],
  loaded: ReadonlyMap<string, number[]>,
): Promise<number> {
  const { oracle, loads, scheduler } = world
  const source = oracle.begin(node)
  const ends = keys.map((key) => {
    scheduler.touch(read(TROUBLE))
    try {
      return loads.begin(node, key, !world.isTroubled)
    } catch (error) {
      world.violated(error as Violation)
      throw error
    }
  })
  try {
    if (loadMs !== undefined) await world.pass(loadMs)
    const execute = () => {
      if (loadFails) throw ORIGIN_FAILURE
      return oracle.value(world.version, source)
    }
    const what = `load ${keys.join(', ')}`
    const value = await scheduler.call({ what, execute, trace: traceValue, touches: read(DATABASE) })
    for (const key of keys) loaded.get(key)!.push(value)
    return value
  } finally {
    oracle.ended(source)
    for (const end of ends) end()
  }
}

async function writeRow(world: World, name: string, node: Node, task: TaskOf<'write'>): Promise<void> {
  const { keys, tags, entryTags, keysKnownLate } = task.change
  let row: OutboxRow | undefined
  let version = 0
  const commit = async () => {
    const value = await commitRow(world, node, task.fails, () => {
      row = world.commit(keys, tags)
    })
    version = versionOf(value)
    return value
  }
  try {
    const change = { keys: keysKnownLate ? () => keys : keys, tags, entryTags, value: (version: number) => version }
    const { isConfirmed } = await node.cache.write(change, commit)
    row!.isDelivered = isConfirmed
  } catch (error) {
    if (error !== ORIGIN_FAILURE)
      throw new Violation('a store failure fails no caller', `${name}'s write failed: ${error}`)
    world.trace?.({ by: name, text: 'gets an error' })
    return
  }
  const { readAfterWriteOf } = world.oracle
  if (readAfterWriteOf === 'none') return
  acknowledge(world, name, node, version, readAfterWriteOf === 'keys' ? keys : [EVERY_KEY], row!)
}

async function changeByHand(world: World, name: string, node: Node, task: TaskOf<'change by hand'>): Promise<void> {
  let row: OutboxRow | undefined
  const value = await commitRow(world, node, 'no', () => {
    row = world.commit(task.keys, task.tags)
  })
  const { keys, tags, everything } = task
  row!.isDelivered = await (everything ? node.cache.invalidateAll() : node.cache.invalidate({ keys, tags }))
  acknowledge(world, name, node, versionOf(value), [EVERY_KEY], row!)
}

function acknowledge(
  world: World,
  name: string,
  node: Node,
  version: number,
  of: readonly string[],
  { isDelivered }: OutboxRow,
): void {
  // No allowance for an invalidation that is neither confirmed nor pending: it was forgotten.
  const isPending = !isDelivered && world.backend.troubles?.hasPending(node) === true
  world.trace?.({ by: name, text: `v${version} is acknowledged${isPending ? ', its invalidation pending' : ''}` })
  world.scheduler.touch(written(ACKNOWLEDGED))
  world.oracle.acknowledge(version, node, of, isPending)
}

async function commitRow(
  world: World,
  node: Node,
  fails: TaskOf<'write'>['fails'],
  transaction: () => void,
): Promise<number> {
  const source = world.oracle.begin(node)
  const execute = () => {
    if (fails === 'before the commit') throw ORIGIN_FAILURE
    transaction()
    return world.oracle.value(world.version, source)
  }
  const value = await world.scheduler.call({ what: 'commit', execute, trace: traceValue, touches: written(DATABASE) })
  world.oracle.ended(source)
  if (fails === 'after the commit') throw ORIGIN_FAILURE
  return value
}

function rethrowBreach(error: unknown): undefined {
  if (error instanceof Violation) throw error
  return undefined
}
