/**
 * Rejects unless `answer` settles within `ms` milliseconds.
 *
 * @param late the message of that error
 */
export async function within<T>(answer: Promise<T>, ms: number, late: string): Promise<T> {
  const overdue = Promise.withResolvers<never>()
  const timer = setTimeout(() => overdue.reject(new Error(late)), ms)
  return Promise.race([answer, overdue.promise]).finally(() => clearTimeout(timer))
}
