import type { TakenWrite } from '../ports/write-log.ts'

/** Ids with the names and values of their fields. */
export type Entries = readonly (readonly [Buffer, readonly Buffer[] | null])[]

export function takenWrites(entries: Entries): readonly TakenWrite[] {
  const taken: TakenWrite[] = []
  for (const [id, fields] of entries) {
    if (fields === null) continue // removed meanwhile
    const values: Record<string, string> = {}
    for (let i = 0; i < fields.length; i += 2) values[fields[i]!.toString()] = fields[i + 1]!.toString()
    const { key = '', command = 'null', tags = '[]' } = values
    taken.push({ key, id: id.toString(), command: JSON.parse(command), tags: JSON.parse(tags) })
  }
  return taken
}
