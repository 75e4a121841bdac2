import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { LeaseHolderPlan } from './lease-holder.ts'
import { scriptFile } from './script-file.ts'

const READY_WITHIN_MS = 5_000

/**
 * Starts a process that takes the leases on a key, and kills it (-9) as soon as it holds them.
 *
 * @returns the strategies whose lease it held
 */
export async function killLeaseHolder(plan: LeaseHolderPlan): Promise<readonly string[]> {
  const child: ChildProcess = fork(scriptFile('lease-holder'), [JSON.stringify(plan)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  try {
    const ended = once(child, 'exit').then(() => [[]])
    const [held] = await Promise.race([once(child, 'message', { signal: AbortSignal.timeout(READY_WITHIN_MS) }), ended])
    return held
  } finally {
    child.kill('SIGKILL')
  }
}
