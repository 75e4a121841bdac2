import type { Circuit } from './circuit.ts'
import type { Gate } from './resilient-store.ts'

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
    run: isWatched ? async (command) => command() : (command, options) => circuit.run(command, options),
    onOpened: (opened) => circuit.onOpened(opened),
    onRecovered: (recovered) => circuit.onRecovered(recovered),
    misconfiguration,
  }
}
