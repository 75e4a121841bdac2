import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'

const passedOn = ['SIGTERM', 'SIGHUP', 'SIGINT'] as const

/**
 * Runs a command with this process's input and output and forwards signals to it. Resolves to its exit code: 128 + number if a
 * signal ended it, 127 if it can't be started. `onStart` gets the running process.
 */
export function runCommand(
  [command, ...args]: [string, ...string[]],
  env: NodeJS.ProcessEnv,
  onStart: (child: ChildProcess) => void = () => {},
): Promise<number> {
  const child = spawn(command, args, { stdio: 'inherit', env })
  const handlers = passedOn.map((signal) => {
    // Ctrl-C in a terminal already reaches the whole foreground group. Many programs take a second SIGINT as "exit immediately".
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
