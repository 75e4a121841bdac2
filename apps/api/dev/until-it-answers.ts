import { setTimeout as sleep } from 'node:timers/promises'

/** Resolves once an HTTP server answers, with any status. Rejects only when aborted. */
export async function untilItAnswers(url: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted()
    try {
      const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.any([signal, AbortSignal.timeout(1_000)]) })
      await answer.body?.cancel()
      return
    } catch {
      await sleep(100, undefined, { signal })
    }
  }
}
