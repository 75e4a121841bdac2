/** In the order of tables. No imports. */
export const libraryNames = [
  'floor',
  'floor-json',
  'cache-core',
  'cache-core-json',
  'cache-core-shared',
  'cache-core-tiered',
  'bentocache',
  'cacheable',
  'cache-manager',
  'async-cache-dedupe',
  'cachified',
  'layered-loader',
] as const

export type LibraryName = (typeof libraryNames)[number]

export const FLOOR = 'floor' satisfies LibraryName
export const OURS = [
  'cache-core',
  'cache-core-json',
  'cache-core-shared',
  'cache-core-tiered',
] as const satisfies readonly LibraryName[]
export const isOurs = (name: LibraryName) => OURS.some((ours) => ours === name)
export const isFloor = (name: LibraryName) => name === 'floor' || name === 'floor-json'
