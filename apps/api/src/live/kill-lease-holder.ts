import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LeaseHolderPlan } from './lease-holder.ts'
import { startScript } from './start-script.ts'

const READY_WITHIN_MS = 5_000

/**
 * Starts a process that takes the leases on a key, and kills it (-9) as soon as it holds them.
 *
 * @returns the strategies whose lease it held; none if it could not take them within 5 s, as while Redis can't be reached
 */
export async function killLeaseHolder(plan: LeaseHolderPlan): Promise<readonly string[]> {
  const child = startScript('lease-holder', plan)
  try {
    const ended = once(child, 'exit').then(() => [[]])
    const late = sleep(READY_WITHIN_MS, [[]], { ref: false })
    const [held] = await Promise.race([once(child, 'message'), ended, late])
    return held
  } finally {
    child.kill('SIGKILL')
  }
}
