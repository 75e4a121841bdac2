import type { Bench } from '../results.ts'
export function benchPicture(_bench: Bench): string | undefined {
  return undefined
}
