/** Loads the posts like `pnpm dev`, unless they are loaded already. A container runs it before the API. */

import { readEnv } from './process/env.ts'
import { preparePosts } from './process/prepare-posts.ts'
import { servedNames } from './strategies/peer-strategies.ts'

try {
  const env = readEnv(process.env)
  console.log(await preparePosts(env.DATABASE_URL, env.SEED_POSTS, await servedNames(env)))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
