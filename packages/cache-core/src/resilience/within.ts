import type { Runtime } from '../ports/runtime.ts'

/**
 * The answer, if it comes in time.
 *
 * @throws Error after `ms` milliseconds without one.
 */
export function within<T>(answer: Promise<T>, ms: number, runtime: Pick<Runtime, 'after'>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const cancel = runtime.after(ms, () => reject(new Error(`no answer within ${ms} ms`)))
    answer.then(
      (value) => {
        cancel()
        resolve(value)
      },
      (error) => {
        cancel()
        reject(error)
      },
    )
  })
}
