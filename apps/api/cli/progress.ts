import { Presets, SingleBar } from 'cli-progress'

/** Shows the progress of a load. */
export interface Progress {
  update(done: number, total: number): void
  stop(): void
}

/** A bar on a terminal; otherwise (CI, a pipe) one line per quarter. */
export function createProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  return stream.isTTY ? bar(stream) : lines(stream)
}

function bar(stream: NodeJS.WriteStream): Progress {
  const shown = new SingleBar(
    { format: 'loading posts {bar} {percentage}% | {value}/{total} rows | {duration_formatted}', stream },
    Presets.shades_classic,
  )
  let started = false
  return {
    update(done, total) {
      if (started) shown.update(done)
      else shown.start(total, done)
      started = true
    },
    stop: () => shown.stop(),
  }
}

function lines(stream: NodeJS.WriteStream): Progress {
  let quartersShown = 0
  return {
    update(done, total) {
      const quarters = Math.floor((done / total) * 4)
      if (quarters > quartersShown) stream.write(`loading posts: ${done} of ${total} rows\n`)
      quartersShown = quarters
    },
    stop() {},
  }
}
