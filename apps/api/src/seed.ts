/** Loads the posts as `pnpm dev` does, and not again what is there already: what a container runs before the API. */
import { readEnv } from './env.ts'
import { preparePosts } from './prepare-posts.ts'

try {
  const { DATABASE_URL, SEED_POSTS } = readEnv(process.env)
  console.log(await preparePosts(DATABASE_URL, SEED_POSTS))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
