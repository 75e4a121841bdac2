/** The post itself, or, where it is missing, the next one that is there. */
export function presentId(id: number, posts: number, missing: ReadonlySet<number>): number {
  let chosen = id
  while (missing.has(chosen)) chosen = (chosen % posts) + 1
  return chosen
}
