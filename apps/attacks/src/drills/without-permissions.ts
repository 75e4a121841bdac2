import type { Redis } from 'ioredis'

/** Runs `work` while ACL rules (`-@write`, `-scan`) deny the API's user some commands. */
export async function withoutPermissions<T>(
  admin: Redis,
  rules: `-${string}` | readonly `-${string}`[],
  work: () => Promise<T>,
): Promise<T> {
  await admin.call('ACL', 'SETUSER', 'default', ...[rules].flat())
  try {
    return await work()
  } finally {
    await admin.call('ACL', 'SETUSER', 'default', '+@all')
  }
}
