import type { Move } from './plan.ts'
import { EVERYTHING_WRITTEN, type Process, sentBy, type Touched, TROUBLE, written } from './step.ts'
import type { World } from './world.ts'

/** Adds the faults: each move of the plan is one step of the schedule. */
export function addMoves(world: World): void {
  for (const move of world.plan.moves) {
    let isTaken = false
    world.scheduler.steps.push({
      name: move.name,
      by: move.name,
      isMove: true,
      touches: touchesOf(world, move),
      isEnabled: () => !isTaken && world.isUnderWay && isPossible(world, move),
      take() {
        isTaken = true
        return make(world, move)
      },
    })
  }
}

function touchesOf({ nodes, backend, keys }: World, { does, to }: Move): readonly Touched[] {
  switch (does) {
    case 'pass':
      return EVERYTHING_WRITTEN
    case 'evict':
      if (backend.troubles === undefined) return written(...keys) // a memory store evicts all entries
      return to === 'everything' ? EVERYTHING_WRITTEN : written(to.split(' ')[1]!)
    case 'pause':
    case 'wake':
    case 'kill':
      return written(nodes[Number(to)]!.name)
    case 'silence':
      return EVERYTHING_WRITTEN
    case 'hang up':
    case 'lose':
    case 'cut':
    case 'mend':
      return written(nodes[Number(to)]!.name, TROUBLE)
    case 'refuse': // the oldest call that is not in effect
      return written(nodes[Number(to)]!.name, TROUBLE, sentBy(nodes[Number(to)]!))
  }
}

function isPossible(world: World, { does, to }: Move): boolean {
  const { scheduler, backend, nodes } = world
  const process = nodes[Number(to)]!
  switch (does) {
    case 'evict':
    case 'pass':
      return true
    case 'lose':
    case 'refuse':
      return victim(world, does, process) !== undefined
    case 'hang up':
    case 'silence':
      return backend.feeds?.isOpen(process) === true
    case 'cut':
      return backend.troubles?.isCut(process) === false
    case 'mend':
      return backend.troubles?.isCut(process) === true
    case 'pause':
    case 'kill':
      return !process.isPaused && !process.isDead && scheduler.pending.some(({ agent }) => agent.process === process)
    case 'wake':
      return process.isPaused
  }
}

/** The call to lose or refuse: the process's oldest. Loses a message first, since those are few. */
function victim({ scheduler }: World, does: Move['does'], process: Process) {
  const possible = scheduler.pending.filter(
    ({ line, isLost, isInEffect }) => line?.process === process && !isLost && (does === 'lose' || !isInEffect),
  )
  const others = possible.filter(({ isMessage, line }) => !isMessage || line?.losesNoMessage !== true)
  return (does === 'lose' ? others.find(({ isMessage }) => isMessage) : undefined) ?? others[0]
}

async function make(world: World, { does, to }: Move): Promise<void> {
  const { backend, nodes, times } = world
  const process = nodes[Number(to)]!
  const trace = (text: string) => world.trace?.({ by: 'adversary', text })
  switch (does) {
    case 'evict':
      await backend.evict(to)
      trace(`evicts ${to}`)
      return
    case 'pass': {
      const ms = 1 + (to === 'ttl' ? times.ttlMs : times.leaseMs)
      trace(`lets ${ms} ms pass (the ${to === 'ttl' ? 'TTL' : 'lease'})`)
      return world.pass(ms)
    }
    case 'lose': {
      const call = victim(world, does, process)!
      trace(`loses the answer to ${call.traced}`)
      world.isTroubled = true
      return call.lose(new Error('Command timed out'))
    }
    case 'refuse': {
      const call = victim(world, does, process)!
      trace(`refuses ${call.traced}`)
      world.isTroubled = true
      return call.refuse(
        Object.assign(new Error('OOM command not allowed when used memory > maxmemory'), { name: 'ReplyError' }),
      )
    }
    case 'hang up':
      trace(`ends the connection that tells ${process.name} of changes`)
      return backend.feeds!.end(process)
    case 'silence': {
      const ms = 1 + backend.feeds!.othersWithinMs
      trace(`lets ${ms} ms pass, while nothing tells ${process.name} of changes`)
      world.isTroubled = true // commands time out
      backend.feeds!.silence(process)
      return world.pass(ms)
    }
    case 'cut':
      trace(`cuts the connection of ${process.name}`)
      world.isTroubled = true
      return backend.troubles!.setCut(process, true)
    case 'mend':
      trace(`mends the connection of ${process.name}`)
      return backend.troubles!.setCut(process, false)
    case 'pause':
      trace(`pauses ${process.name}`)
      process.isPaused = true
      return
    case 'wake':
      trace(`wakes ${process.name}`)
      process.isPaused = false
      return
    case 'kill':
      trace(`kills ${process.name}`)
      process.isDead = true
  }
}
