/** The API's event stream, which connects again by itself. */
import type { LoadState, Mark, StatsEvent } from './api-types.ts'

export interface StreamListener {
  stats(event: StatsEvent): void
  mark(mark: Mark): void
  load(state: LoadState): void
  /** Called when events stop, and when they come again. */
  connected(isConnected: boolean): void
}

/** The stream sends each second, so a longer silence means that the connection is lost, even if nobody closed it. */
const SILENCE_MS = 5_000
const RETRY_MS = 1_000

export function openStream(path: string, listener: StreamListener): void {
  let source = connect()
  let lastEventAt = performance.now()
  let isConnected = true

  function setConnected(now: boolean): void {
    if (now === isConnected) return
    isConnected = now
    listener.connected(now)
  }

  function connect(): EventSource {
    const opened = new EventSource(path)
    const on = <T>(type: string, take: (data: T) => void) => {
      opened.addEventListener(type, (event) => {
        lastEventAt = performance.now()
        setConnected(true)
        take(JSON.parse((event as MessageEvent<string>).data))
      })
    }
    on<StatsEvent>('stats', (event) => listener.stats(event))
    on<Mark>('mark', (mark) => listener.mark(mark))
    on<LoadState>('load', (state) => listener.load(state))
    opened.addEventListener('error', () => setConnected(false))
    return opened
  }

  // An EventSource gives up after an answer that is not a stream, such as a proxy's 502.
  setInterval(() => {
    const isSilent = performance.now() - lastEventAt > SILENCE_MS
    if (!isSilent && source.readyState !== EventSource.CLOSED) return
    setConnected(false)
    source.close()
    lastEventAt = performance.now()
    source = connect()
  }, RETRY_MS)
}
