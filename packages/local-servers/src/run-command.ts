import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'

const passedOn = ['SIGTERM', 'SIGHUP', 'SIGINT'] as const

/**
 * Runs a command on this process's own input and output, passes signals on to it, and resolves to its exit code: 128 + number when a
 * signal ended it, 127 when it can't be started. `onStart` gets the running process.
 */
export function runCommand(
  [command, ...args]: [string, ...string[]],
  env: NodeJS.ProcessEnv,
  onStart: (child: ChildProcess) => void = () => {},
): Promise<number> {
  const child = spawn(command, args, { stdio: 'inherit', env })
  const handlers = passedOn.map((signal) => {
    // Ctrl-C in a terminal reaches the whole foreground group, so the command has it already; a second one means "at once" to many.
    const handler = () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    }
    process.on(signal, handler)
    return () => process.off(signal, handler)
  })
  return new Promise<number>((resolve) => {
    child.once('spawn', () => onStart(child))
    child.once('error', (error) => {
      console.error(`can't run ${command}: ${error.message}`)
      resolve(127)
    })
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)))
  }).finally(() => {
    for (const remove of handlers) remove()
  })
}
