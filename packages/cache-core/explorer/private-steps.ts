import { Call } from './call.ts'
import { ACKNOWLEDGED, DATABASE, type Step, sentBy, type Touched, TROUBLE } from './step.ts'
import type { World } from './world.ts'

/**
 * Whether no other actor or fault can still take a step that conflicts with this one: that touches the same data, where one of the
 * two writes. Then its order among the others doesn't matter, and it can be taken now (a persistent set of one step: Godefroid,
 * "Partial-Order Methods for the Verification of Concurrent Systems", 1996).
 *
 * @param touches all data that it touches, including data that it has not declared.
 */
export function isPrivate(step: Step, touches: readonly Touched[], world: World): boolean {
  if (!(step instanceof Call)) return false
  const { process, name: by } = step.agent
  const { taken, pending, steps } = world.scheduler
  const faults = steps.filter(({ isMove, name }) => isMove === true && !taken.includes(name))
  // The last actor's end would make a fault impossible.
  if (faults.length > 0 && !world.waitsForOthersThan(by)) return false
  if (faults.some((fault) => fault.touches.some((touched) => touches.some((own) => conflict(own, touched)))))
    return false
  return touches.every(({ what, isWritten }) => {
    switch (what) {
      case process.name:
        return (
          !world.unstarted.some((actor) => world.nodes[actor.process] === process) &&
          pending.every((call) => call === (step as unknown) || call.agent.process !== process)
        )
      case sentBy(process):
      case TROUBLE:
        return !isWritten
      case ACKNOWLEDGED:
        return isWritten && world.unstarted.length === 0
      case DATABASE:
        return !isWritten && world.isCommitted
      default:
        return false
    }
  })
}

function conflict(one: Touched, other: Touched): boolean {
  return (one.isWritten || other.isWritten) && (one.what === other.what || one.what === '*' || other.what === '*')
}
