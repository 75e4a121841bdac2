import type { Browser, Page } from 'playwright-core'

export interface OpenPage {
  readonly page: Page
  /** Errors and warnings in the console, which include violations of the Content-Security-Policy, and failed requests. */
  readonly problems: readonly string[]
  /** Requests to other servers; of a file, all others. */
  readonly foreign: readonly string[]
  [Symbol.asyncDispose](): Promise<void>
}

export interface View {
  readonly width: number
  readonly colorScheme?: 'light' | 'dark'
  /** Lets a test add a script. Default false. */
  readonly bypassCSP?: boolean
  /** Default true. */
  readonly javaScriptEnabled?: boolean
}

/** Opens a page in a new context of the browser, and waits until it is loaded. */
export async function openPage(browser: Browser, url: string, { width, ...options }: View): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, ...options })
  const page = await context.newPage()
  const problems: string[] = []
  const foreign: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(message.text())
  })
  page.on('pageerror', (error) => problems.push(String(error)))
  page.on('requestfailed', (request) => problems.push(`${request.url()}: ${request.failure()?.errorText}`))
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.url()}: ${response.status()}`)
  })
  const own = url.startsWith('file:') ? url : new URL(url).origin
  page.on('request', (request) => {
    if (!request.url().startsWith(own) && !request.url().startsWith('data:')) foreign.push(request.url())
  })
  await page.goto(url)
  return { page, problems, foreign, [Symbol.asyncDispose]: () => context.close() }
}
