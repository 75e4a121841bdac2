import { setTimeout as delay } from 'node:timers/promises'

/**
 * Ends a process, and its process group if it leads one: SIGTERM, then SIGKILL after `graceMs`.
 * Polls, since processes that are not children of this one send no exit event. A pid that is gone is no error.
 */
export async function endProcess(pid: number, graceMs: number): Promise<void> {
  const target = signal(-pid, 0) ? -pid : pid
  signal(target, 'SIGTERM')
  const deadline = Date.now() + graceMs
  while (signal(target, 0)) {
    if (Date.now() >= deadline) {
      signal(target, 'SIGKILL')
      return
    }
    await delay(20)
  }
}

function signal(target: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(target, name)
  } catch {
    return false
  }
}
