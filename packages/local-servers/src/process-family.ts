import { readdirSync, readFileSync } from 'node:fs'

/** Stops (SIGSTOP) a process and its children, the parent first, so that it can't fork a running child. Linux only. */
export function suspendFamily(pid: number): void {
  if (process.platform !== 'linux') throw new Error('stopping a server with its children needs the /proc of Linux')
  process.kill(pid, 'SIGSTOP')
  // The second scan finds a child that was just being forked.
  for (const child of [...childrenOf(pid), ...childrenOf(pid)]) signal(child, 'SIGSTOP')
}

/** Continues the processes that `suspendFamily` stopped. */
export function resumeFamily(pid: number): void {
  for (const child of childrenOf(pid)) signal(child, 'SIGCONT')
  process.kill(pid, 'SIGCONT')
}

/** Kills a process and its children. A pid that is gone is no error. */
export function killFamily(pid: number): void {
  // Find the children before the parent ends: orphans get another parent.
  signal(pid, 'SIGSTOP')
  const children = childrenOf(pid)
  for (const member of [pid, ...children]) signal(member, 'SIGKILL')
}

/** From /proc: a line is `PID (NAME) STATE PPID …`, and NAME may contain any character. */
function childrenOf(pid: number): number[] {
  const ids = process.platform === 'linux' ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : []
  return ids.map(Number).filter((id) => parentOf(id) === pid)
}

function parentOf(pid: number): number | undefined {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(line.slice(line.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return undefined
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {}
}
