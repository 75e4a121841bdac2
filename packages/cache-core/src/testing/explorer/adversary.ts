import type { Move } from './plan.ts'
import type { Process } from './scheduler.ts'
import type { World } from './world.ts'

/** What goes wrong: each move of the plan is one step of the schedule. */
export function addMoves(world: World): void {
  for (const move of world.plan.moves) {
    let isTaken = false
    world.scheduler.steps.push({
      name: move.name,
      by: move.name,
      isEnabled: () => !isTaken && world.isUnderWay && isPossible(world, move),
      take() {
        isTaken = true
        return make(world, move)
      },
    })
  }
}

function isPossible(world: World, { does, to }: Move): boolean {
  const { scheduler, place, members } = world
  const process = members[Number(to)]!
  switch (does) {
    case 'evict':
    case 'pass':
      return true
    case 'lose':
    case 'refuse':
      return victim(world, does, process) !== undefined
    case 'cut':
      return place.troubles?.isCut(process) === false
    case 'mend':
      return place.troubles?.isCut(process) === true
    case 'pause':
    case 'kill':
      return !process.isPaused && !process.isDead && scheduler.pending.some(({ agent }) => agent.process === process)
    case 'wake':
      return process.isPaused
  }
}

/** The call that is lost or refused: the process's oldest. */
function victim({ scheduler }: World, does: Move['does'], process: Process) {
  return scheduler.pending.find(
    ({ line, isLost, isInEffect }) => line?.process === process && !isLost && (does === 'lose' || !isInEffect),
  )
}

async function make(world: World, { does, to }: Move): Promise<void> {
  const { place, members, times } = world
  const process = members[Number(to)]!
  const tell = (text: string) => world.tell?.({ by: 'adversary', text })
  switch (does) {
    case 'evict':
      tell(`evicts ${to}`)
      return place.evict(to)
    case 'pass': {
      const ms = 1 + (to === 'ttl' ? times.ttlMs : times.leaseMs)
      tell(`lets ${ms} ms pass (the ${to === 'ttl' ? 'TTL' : 'lease'})`)
      return world.pass(ms)
    }
    case 'lose': {
      const call = victim(world, does, process)!
      tell(`loses the answer to ${call.told}`)
      world.isTroubled = true
      return call.lose(new Error('Command timed out'))
    }
    case 'refuse': {
      const call = victim(world, does, process)!
      tell(`refuses ${call.told}`)
      world.isTroubled = true
      return call.refuse(
        Object.assign(new Error('OOM command not allowed when used memory > maxmemory'), { name: 'ReplyError' }),
      )
    }
    case 'cut':
      tell(`cuts the connection of ${process.name}`)
      world.isTroubled = true
      return place.troubles!.setCut(process, true)
    case 'mend':
      tell(`mends the connection of ${process.name}`)
      return place.troubles!.setCut(process, false)
    case 'pause':
      tell(`pauses ${process.name}`)
      process.isPaused = true
      return
    case 'wake':
      tell(`wakes ${process.name}`)
      process.isPaused = false
      return
    case 'kill':
      tell(`kills ${process.name}`)
      process.isDead = true
  }
}
