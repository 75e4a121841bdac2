import type { WithKeys } from './values.ts'

export const sizeNames = ['350 B', '18 KB', '3.6 MB'] as const
export type SizeName = (typeof sizeNames)[number]

/** A post, a page of 50, the list of 10,000. Fewer large values, so that all fit in memory for every library. */
export const sizes: Record<SizeName, WithKeys & { readonly inFlight: number }> = {
  '350 B': { posts: 1, keys: 1_000, inFlight: 64 },
  '18 KB': { posts: 50, keys: 1_000, inFlight: 64 },
  '3.6 MB': { posts: 10_000, keys: 8, inFlight: 4 },
}
