import type { Arg } from '../src/redis/redis-client.ts'
import { ARGS_PER_OPERATION, KEYS_PER_OPERATION, type OperationName } from '../src/redis/scripts.ts'

/** One operation of a call of the guard's script. */
export interface GuardOperation {
  readonly name: OperationName
  readonly entry: string
  readonly lease: string
  readonly mark: string
  readonly args: readonly Arg[]
}

export function operationsOf(keys: readonly string[], args: readonly Arg[]): GuardOperation[] {
  return Array.from({ length: keys.length / KEYS_PER_OPERATION }, (_, i) => {
    const [entry, lease, mark] = keys.slice(i * KEYS_PER_OPERATION) as [string, string, string]
    const [name, ...rest] = args.slice(i * ARGS_PER_OPERATION, (i + 1) * ARGS_PER_OPERATION)
    return { name: String(name) as OperationName, entry, lease, mark, args: rest }
  })
}
