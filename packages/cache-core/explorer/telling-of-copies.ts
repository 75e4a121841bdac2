import type { Store } from '../src/ports/store.ts'

/** The same store, with its lookups in the memory of the process as lines of the story. */
export function tellingOfCopies(store: Store, tell: (text: string) => void): Store {
  return {
    ...store,
    get(key, tags) {
      const found = store.get(key, tags)
      if (!(found instanceof Promise)) tell(`finds ${key} in its copies`)
      return found
    },
  }
}
