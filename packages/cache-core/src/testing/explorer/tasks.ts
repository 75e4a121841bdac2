/** What the actors of a plan do. */
import { tellValue } from './commands.ts'
import { Breach, versionOf } from './judge.ts'
import type { Actor, Task } from './plan.ts'
import type { Member, OutboxRow, World } from './world.ts'

type TaskOf<Does extends Task['does']> = Extract<Task, { does: Does }>

const ORIGIN_FAILURE = new Error('the origin failed')

export async function perform(world: World, actor: Actor, member: Member): Promise<void> {
  const { name, task } = actor
  switch (task.does) {
    case 'read':
      for (let i = 0; i < task.times; i++)
        await readRow(world, name, member, i === 0 ? task : { ...task, loadFails: false })
      return
    case 'write':
      return writeRow(world, actor, member, task)
    case 'change by hand':
      return changeByHand(world, actor, member, task)
  }
}

export async function readRow(world: World, name: string, member: Member, task: Omit<TaskOf<'read'>, 'times'>) {
  const { judge, loads, scheduler } = world
  const { key, tags, loadFails } = task
  const loaded: number[] = []
  const beganAt = scheduler.time.now
  const reader = { who: name, process: member, floor: judge.floor(member), beganAt, loaded }

  async function load(): Promise<number> {
    const source = judge.begin(member)
    const isOver = loads.begin(member, key, !world.isTroubled)
    try {
      const execute = () => {
        if (loadFails) throw ORIGIN_FAILURE
        return judge.value(world.version, source)
      }
      loaded.push(await scheduler.call({ what: `load ${key}`, execute, tell: tellValue }))
      return loaded.at(-1)!
    } finally {
      judge.ended(source)
      isOver()
    }
  }

  let result: Awaited<ReturnType<Member['cache']['read']>>
  try {
    result = await member.cache.read(key, load, { tags })
  } catch (error) {
    // All who waited for a load share its failure.
    if (error === ORIGIN_FAILURE || error instanceof Breach) return rethrowBreach(error)
    throw new Breach('a store that fails fails nobody', `${name}'s read failed: ${error}`)
  }
  world.tell?.({ by: name, text: `returns ${tellValue(result.value ?? 0)} (${result.outcome})` })
  judge.judge(reader, result)
  return result.value === undefined ? undefined : versionOf(result.value)
}

async function writeRow(world: World, { name }: Actor, member: Member, task: TaskOf<'write'>): Promise<void> {
  const { keys, tags, entryTags, keysKnownLate } = task.change
  let row: OutboxRow | undefined
  let version = 0
  const commit = async () => {
    const value = await commitRow(world, member, task.fails, () => {
      row = world.commit(keys, tags)
    })
    version = versionOf(value)
    return value
  }
  const delivered = () => {
    row!.isDelivered = true
  }
  try {
    await member.cache.write({ keys: keysKnownLate ? () => keys : keys, tags, entryTags, delivered }, commit)
  } catch (error) {
    if (error !== ORIGIN_FAILURE)
      throw new Breach('a store that fails fails nobody', `${name}'s write failed: ${error}`)
    world.tell?.({ by: name, text: 'is told that it failed' })
    return
  }
  if (world.judge.readsAfterWrites) acknowledge(world, name, member, version, row!)
}

async function changeByHand(
  world: World,
  { name }: Actor,
  member: Member,
  task: TaskOf<'change by hand'>,
): Promise<void> {
  let row: OutboxRow | undefined
  const value = await commitRow(world, member, 'no', () => {
    row = world.commit(task.keys, task.tags)
  })
  row!.isDelivered = await (task.everything ? member.cache.invalidateAll() : member.cache.invalidate(task))
  acknowledge(world, name, member, versionOf(value), row!)
}

function acknowledge(world: World, name: string, member: Member, version: number, { isDelivered }: OutboxRow): void {
  // What is neither confirmed nor owed, but forgotten, gets no allowance.
  const isOwed = !isDelivered && world.place.troubles?.isOwing(member) === true
  world.tell?.({ by: name, text: `v${version} is acknowledged${isOwed ? ', its invalidation owed' : ''}` })
  world.judge.acknowledge(version, member, isOwed)
}

async function commitRow(
  world: World,
  member: Member,
  fails: TaskOf<'write'>['fails'],
  transaction: () => void,
): Promise<number> {
  const source = world.judge.begin(member)
  const execute = () => {
    if (fails === 'before the commit') throw ORIGIN_FAILURE
    transaction()
    return world.judge.value(world.version, source)
  }
  const value = await world.scheduler.call({ what: 'commit', execute, tell: tellValue })
  world.judge.ended(source)
  if (fails === 'after the commit') throw ORIGIN_FAILURE
  return value
}

function rethrowBreach(error: unknown): undefined {
  if (error instanceof Breach) throw error
  return undefined
}
