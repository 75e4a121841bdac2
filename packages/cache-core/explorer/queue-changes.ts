import type { Change } from '../src/ports/strategy.ts'
import type { Row } from './queue-table.ts'

type LoadRow = (key: string) => Promise<Row | undefined>

/** @param isDirect only the database can say what comes of it. */
export function renaming(
  key: string,
  by: string,
  load: LoadRow,
  isDirect: boolean,
): Change<Row, { readonly row: Row | undefined }> {
  return {
    keys: [key],
    tags: ['rows'],
    changed: ({ row }) => row !== undefined,
    deferred: {
      load: () => load(key),
      foresee(before) {
        if (isDirect) return undefined
        if (before === undefined) return { result: { row: undefined }, value: undefined, command: null }
        const row = { version: before.version + 1, by }
        return { result: { row }, value: row, command: row }
      },
    },
  }
}

export function removal(key: string, load: LoadRow): Change<Row, { readonly found: boolean }> {
  return {
    keys: [key],
    tags: ['rows'],
    changed: ({ found }) => found,
    deferred: {
      load: () => load(key),
      foresee: (before) => ({ result: { found: before !== undefined }, value: undefined, command: null }),
    },
  }
}
