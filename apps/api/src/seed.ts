/** Loads the posts as `pnpm dev` does, and not again what is there already: what a container runs before the API. */
import { readEnv } from './env.ts'
import { servedNames } from './peer-strategies.ts'
import { preparePosts } from './prepare-posts.ts'

try {
  const env = readEnv(process.env)
  console.log(await preparePosts(env.DATABASE_URL, env.SEED_POSTS, await servedNames(env)))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
