import { z } from 'zod'

export interface Retuned {
  readonly urls: readonly string[]
  readonly adminToken: string | undefined
  readonly strategy: string
  /** Settings of `PATCH /api/strategies/:name`; those that the strategy doesn't have are left out. */
  readonly tuning: Readonly<Record<string, number>>
}

const listed = z.array(z.object({ name: z.string(), tuning: z.record(z.string(), z.number()) }))

/** Runs `action` with other settings in every process, and always restores the previous ones. */
export async function withTuning<T>(
  { urls, adminToken, strategy, tuning }: Retuned,
  action: () => Promise<T>,
): Promise<T> {
  const before: { readonly url: string; readonly tuning: Record<string, number> }[] = []
  let outcome: T
  try {
    for (const url of urls) {
      const strategies = listed.parse(await answerOf(new URL('/api/strategies', url)))
      const inForce = strategies.find(({ name }) => name === strategy)?.tuning ?? {}
      const known = Object.keys(tuning).filter((name) => inForce[name] !== undefined)
      const settingsOf = (source: Readonly<Record<string, number>>) =>
        Object.fromEntries(known.map((name) => [name, source[name]!]))
      before.push({ url, tuning: settingsOf(inForce) })
      await tune(url, settingsOf(tuning))
    }
    outcome = await action()
  } catch (error) {
    // The first error is the one to report.
    await putBack()
    throw error
  }
  for (const restored of await putBack()) if (restored.status === 'rejected') throw restored.reason
  return outcome

  function putBack() {
    return Promise.allSettled(before.map(({ url, tuning }) => tune(url, tuning)))
  }

  async function tune(url: string, change: Readonly<Record<string, number>>): Promise<void> {
    if (Object.keys(change).length === 0) return
    await answerOf(new URL(`/api/strategies/${encodeURIComponent(strategy)}`, url), {
      method: 'PATCH',
      headers: {
        'Content-Type': 'application/json',
        ...(adminToken !== undefined && { Authorization: `Bearer ${adminToken}` }),
      },
      body: JSON.stringify(change),
    })
  }
}

async function answerOf(url: URL, init: RequestInit = {}): Promise<unknown> {
  const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(10_000) })
  if (!answer.ok) throw new Error(`${init.method ?? 'GET'} ${url} answered ${answer.status}: ${await answer.text()}`)
  return answer.json()
}
