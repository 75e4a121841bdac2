/** The id itself or, if that post is missing, the next existing one. */
export function presentId(id: number, posts: number, missing: ReadonlySet<number>): number {
  let chosen = id
  while (missing.has(chosen)) chosen = (chosen % posts) + 1
  return chosen
}
