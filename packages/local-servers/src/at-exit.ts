/** How to end each running server when this process exits. */
const ends = new Set<() => void>()
process.on('exit', () => {
  for (const end of ends) end()
})

/** Calls `end` when this process exits. @returns a function that cancels that */
export function atExit(end: () => void): () => void {
  ends.add(end)
  return () => ends.delete(end)
}
