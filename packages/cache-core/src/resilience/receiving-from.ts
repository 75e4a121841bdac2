/** Tells whether bytes have arrived since its last call. @param bytesRead `undefined`: not known */
export function receivingFrom(bytesRead: () => number | undefined): () => boolean {
  let before: number | undefined
  return () => {
    const now = bytesRead()
    const isReceiving = now !== before
    before = now
    return isReceiving
  }
}
