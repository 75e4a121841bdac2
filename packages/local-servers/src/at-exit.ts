/** What to do about each server that runs when this process exits. */
const ends = new Set<() => void>()
process.on('exit', () => {
  for (const end of ends) end()
})

/** Calls `end` when this process exits, unless the function it returns was called before. */
export function atExit(end: () => void): () => void {
  ends.add(end)
  return () => ends.delete(end)
}
