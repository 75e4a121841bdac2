export interface StreamEvent {
  readonly event: string
  readonly data: unknown
}

/** The events of `GET /api/stats/stream`, one by one. */
export async function* eventsIn(chunks: AsyncIterable<string>): AsyncGenerator<StreamEvent> {
  let text = ''
  for await (const chunk of chunks) {
    text += chunk
    const parts = text.split('\n\n')
    text = parts.pop()!
    for (const part of parts) {
      const fields = Object.fromEntries(part.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2)))
      yield { event: fields.event, data: JSON.parse(fields.data) }
    }
  }
}

/** The data of the next event that is wanted. */
export async function next<T = unknown>(
  events: AsyncGenerator<StreamEvent>,
  wanted: (event: StreamEvent) => boolean,
): Promise<T> {
  for (;;) {
    const { value, done } = await events.next()
    if (done) throw new Error('the stream has ended')
    if (wanted(value)) return value.data as T
  }
}
