/** The channel on which a connection with protocol 2 is told of changed keys. */
export const INVALIDATIONS = '__redis__:invalidate'

/**
 * The arguments of CLIENT by which the connection `id` is told of every change to a key that begins with one of `prefixes`. To be sent
 * before SUBSCRIBE: a subscriber may not send it.
 */
export function trackingOn(id: number, prefixes: readonly string[]): readonly string[] {
  return ['TRACKING', 'ON', 'REDIRECT', String(id), 'BCAST', ...prefixes.flatMap((prefix) => ['PREFIX', prefix])]
}
