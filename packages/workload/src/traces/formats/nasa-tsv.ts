/**
 * A web server's log as tab-separated columns: epoch, client, method, path, status, bytes. Every line is a request, with any status,
 * at its whole second, as in published counts of such a trace.
 */
import { isAbsent, parseBytes, parseOperation, parseSeconds } from '../fields.ts'
import type { LineFormat } from '../trace-format.ts'

const header = 'epoch\tclient\tmethod\tpath\tstatus\tbytes'

export const nasaTsv: LineFormat = {
  name: 'nasa-tsv',
  title: 'tab-separated epoch, client, method, path, status, bytes',
  times: 'exact',
  hasStatus: true,
  kind: 'lines',
  recognises: (lines) => lines[0] === header,

  parse(line, sink) {
    const [epoch = '', , method = '', key = '', status = '', bytes = ''] = line.split('\t', 6)
    if (line === header) return
    const timeUs = parseSeconds(epoch)
    if (timeUs === undefined) return 'the epoch is not a number of seconds'
    const op = parseOperation(method)
    if (op === undefined) return 'unknown method'
    if (key === '') return 'no path'
    if (isAbsent(op, Number(status))) return sink.countsAbsent ? void sink.addAbsent(timeUs, key) : `status ${status}`
    const sizeBytes = method === 'GET' && status === '200' ? parseBytes(bytes) : undefined
    if (sizeBytes === undefined) sink.add(timeUs, op, key)
    else sink.add(timeUs, op, key, sizeBytes)
  },
}
