import { SharedArray } from 'k6/data'
import type { Operation } from '../../packages/workload/src/index.ts'
import { type Env, OptionError, textFrom } from './env.ts'
import { parseRecording, type RecordingFacts } from './recording.ts'

export interface OpenRecording {
  file: string
  facts: RecordingFacts
  operationAt(n: number): Operation
}

/**
 * The recording that TRACE names, or null. Read and checked once, and shared by all virtual users.
 * @throws OptionError
 */
export function openRecording(env: Env): OpenRecording | null {
  const file = textFrom(env, 'TRACE', '')
  if (file === '') return null
  if (!file.startsWith('/')) throw new OptionError(`TRACE is "${file}"; it must be an absolute path`)
  // An error thrown inside the shared array would lose its class.
  let failure: unknown
  const shared = new SharedArray('trace', () => {
    try {
      const { facts, operations } = parseRecording(textOf(file), file)
      return [facts, ...operations]
    } catch (error) {
      failure = error
      return [null]
    }
  })
  if (failure !== undefined) throw failure
  return { file, facts: shared[0] as RecordingFacts, operationAt: (n) => shared[n + 1] as Operation }
}

function textOf(file: string): string {
  try {
    return open(file)
  } catch (error) {
    throw new OptionError(`TRACE is "${file}", but it can't be read: ${String(error)}`)
  }
}
