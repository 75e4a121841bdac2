/** CPU time of processes, from Linux's /proc. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** User and system time of one process so far, in ms. Undefined if it has ended, or outside Linux. */
export function cpuMsOf(pid: number): number | undefined {
  const stat = statOf(pid)
  return stat && (stat.own * 1_000) / ticksPerSecond()
}

/** CPU time of a process and its children, including ended children. */
export function familyCpuMsOf(pid: number): number | undefined {
  const parent = statOf(pid)
  if (parent === undefined) return undefined
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
    .filter((stat) => stat?.parent === pid)
  const ticks = children.reduce((sum, stat) => sum + stat!.own + stat!.ended, parent.own + parent.ended)
  return (ticks * 1_000) / ticksPerSecond()
}

export interface MachineTime {
  readonly busy: number
  readonly stolen: number
  readonly all: number
}

/** Time of all processors since boot, in ticks. Undefined outside Linux. */
export function machineTime(): MachineTime | undefined {
  const fields = read('/proc/stat')?.split('\n')[0]?.trim().split(/\s+/).slice(1, 9).map(Number)
  if (fields === undefined || fields.length < 8) return undefined
  const all = fields.reduce((sum, ticks) => sum + ticks, 0)
  const [, , , idle, waiting, , , stolen] = fields as [number, number, number, number, number, number, number, number]
  return { busy: all - idle - waiting, stolen, all }
}

function statOf(pid: number): { parent: number; own: number; ended: number } | undefined {
  const line = read(`/proc/${pid}/stat`)
  if (line === undefined) return undefined
  // The program's name, in parentheses, may contain anything. The fields start after it.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
  const [parent, user, system, endedUser, endedSystem] = [1, 11, 12, 13, 14].map((at) => Number(fields[at]))
  return { parent: parent!, own: user! + system!, ended: endedUser! + endedSystem! }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

let ticks: number | undefined
function ticksPerSecond(): number {
  ticks ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
  return ticks
}
