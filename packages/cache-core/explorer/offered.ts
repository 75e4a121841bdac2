/**
 * Makes options non-enumerable: each strategy takes those it knows, and doesn't refuse the others, since it can't list them.
 */
export function offered<T extends object>(options: T): T {
  const descriptors = Object.entries(Object.getOwnPropertyDescriptors(options))
  const unlisted = descriptors.map(([name, { value }]) => [name, { value, enumerable: false }])
  return Object.create(null, Object.fromEntries(unlisted)) as T
}
