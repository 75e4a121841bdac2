/** The API with the built pages, over a private Redis and a throw-away database, and Chromium. */
import { startSystem } from 'local-servers'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { createDatabase, loadPosts, migrate, schemaName } from 'posts-db'
import { strategyNames } from 'strategies'

const entry = new URL('../../../api/src/main.ts', import.meta.url)
const POSTS = 1_000

export interface LiveSystem {
  readonly url: string
  readonly browser: Browser
  /** Opens a page; the test ends with an error if the page threw one. */
  open(path?: string, options?: BrowserContextOptions & { readonly base?: string }): Promise<Page>
  /** Calls the API. @throws with the answer if it refuses */
  call<T>(method: string, path: string, body?: unknown): Promise<T>
  /** Starts another API process over the same Redis and database. @returns its address */
  startApi(env: Readonly<Record<string, string>>): Promise<string>
  /** What the pages threw or logged as an error since the last call. */
  takeErrors(): string[]
  stop(): Promise<void>
}

/** @param env of the API. Default: its own defaults */
export async function startLiveSystem(env: Readonly<Record<string, string>> = {}): Promise<LiveSystem> {
  const server = process.env.TEST_DATABASE_URL
  const postgres = server ? { scratchOn: server } : true
  const system = await startSystem({ entry, redis: true, postgres }, async (started) => {
    const schemas = strategyNames.map(schemaName)
    const database = createDatabase({ url: started.services.postgres!.url })
    try {
      await migrate(database, schemas)
      await loadPosts(database, schemas, { count: POSTS })
    } finally {
      await database.close()
    }
    await started.startApi({ LOG_LEVEL: 'info', ...env })
    return started
  })
  const { url } = system.apis[0]!
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
  const errors: string[] = []
  return {
    url,
    browser,
    async open(path = '/', { base = url, ...options } = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
      const page = await context.newPage()
      page.on('pageerror', (error) => errors.push(String(error)))
      page.on('console', (message) => {
        // A refused or lost connection is logged by the browser itself.
        if (message.type() === 'error' && !/net::|Failed to load resource/.test(message.text())) {
          errors.push(message.text())
        }
      })
      await page.goto(base + path)
      return page
    },
    async call<T>(method: string, path: string, body?: unknown) {
      const init = { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
      const answer = await fetch(url + path, { method, ...(body !== undefined && init) })
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
      return (await answer.json()) as T
    },
    startApi: async (env) => (await system.startApi(env)).url,
    takeErrors: () => errors.splice(0),
    async stop() {
      await browser.close()
      await system.stop()
    },
  }
}
