import { type Operation, recordedStages, type Stage } from '../../packages/workload/src/index.ts'
import { OptionError } from './env.ts'

/** The summary of a recording, needed before its operations. */
export interface RecordingFacts {
  operations: number
  stages: Stage[]
  /** The largest id. */
  posts: number
  /** The id of the most frequent post; null without posts. */
  hotId: number | null
  /** Shares of the operations. */
  writeRatio: number
  listRatio: number
  pageRatio: number
  rmwRatio: number
}

const WITH_ID = ['read', 'write', 'read-modify-write']
const WITHOUT_ID = ['list', 'page']

/**
 * Reads `{ "operations": [["read", 12], ["write", 7], ["read-modify-write", 7], ["list"], ["page"]], "timesMs": [0, 3.5, …] }`:
 * the operations, and their start times in ms from 0.
 * @throws OptionError that names the file and the error in it
 */
export function parseRecording(text: string, file: string): { facts: RecordingFacts; operations: Operation[] } {
  const wrong = (what: string) => new OptionError(`TRACE is "${file}", but ${what}`)
  let parsed: { operations?: unknown; timesMs?: unknown } | null
  try {
    parsed = JSON.parse(text)
  } catch (error) {
    throw wrong(`it is not JSON: ${(error as Error).message}`)
  }
  const { operations: listed, timesMs } = parsed ?? {}
  if (!Array.isArray(listed) || !Array.isArray(timesMs) || listed.length !== timesMs.length || listed.length === 0) {
    throw wrong('it must contain "operations" and "timesMs", two non-empty lists of equal length')
  }
  const operations = listed.map((entry, at): Operation => {
    const [kind, id] = Array.isArray(entry) ? entry : []
    if (WITHOUT_ID.includes(kind)) return { kind }
    if (WITH_ID.includes(kind) && Number.isSafeInteger(id) && id >= 1) return { kind, id }
    throw wrong(
      `operations[${at}] is ${JSON.stringify(entry)}; it must be [kind, id] with ${WITH_ID.join(', ')} and an id from 1, or ["list"], ["page"]`,
    )
  })
  try {
    return { facts: { ...factsOf(operations), stages: recordedStages(timesMs) }, operations }
  } catch (error) {
    throw wrong((error as Error).message)
  }
}

function factsOf(operations: readonly Operation[]): Omit<RecordingFacts, 'stages'> {
  const kinds: Record<string, number> = {}
  const asked = new Map<number, number>()
  let [posts, hotId, most] = [0, null as number | null, 0]
  for (const operation of operations) {
    kinds[operation.kind] = (kinds[operation.kind] ?? 0) + 1
    if (!('id' in operation)) continue
    const times = (asked.get(operation.id) ?? 0) + 1
    asked.set(operation.id, times)
    if (operation.id > posts) posts = operation.id
    if (times > most) [hotId, most] = [operation.id, times]
  }
  const share = (kind: Operation['kind']) => (kinds[kind] ?? 0) / operations.length
  return {
    operations: operations.length,
    posts,
    hotId,
    writeRatio: share('write'),
    listRatio: share('list'),
    pageRatio: share('page'),
    rmwRatio: share('read-modify-write'),
  }
}
