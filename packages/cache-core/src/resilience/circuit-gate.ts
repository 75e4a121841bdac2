import type { Awaitable } from '../ports/store.ts'
import type { Circuit } from './circuit.ts'
import type { Gate } from './resilient-store.ts'

/** Like an async function that awaits the command, but without two more waits on the path of every hit. */
function run<T>(command: () => Awaitable<T>): Promise<T> {
  try {
    const answer = command()
    return answer instanceof Promise ? answer : Promise.resolve(answer)
  } catch (error) {
    return Promise.reject(error)
  }
}

/**
 * The gate of a store behind a circuit.
 *
 * @param isWatched whether each of the store's commands already goes through the circuit
 */
export function circuitGate(
  circuit: Circuit,
  isWatched: boolean,
  misconfiguration: Required<Gate>['misconfiguration'] = () => undefined,
): Gate {
  return {
    runtime: circuit.runtime,
    get isClosed() {
      return circuit.isClosed
    },
    get trouble() {
      return circuit.trouble
    },
    run: isWatched ? run : (command, options) => circuit.run(command, options),
    onOpened: (opened) => circuit.onOpened(opened),
    onRecovered: (recovered) => circuit.onRecovered(recovered),
    misconfiguration,
  }
}
