import { expect, it } from 'vitest'
import { temporaryFiles } from '../../../test/temporary-files.ts'
import { readTrace } from '../read-trace.ts'

const write = temporaryFiles()

it('reads time, operation, key and size', async () => {
  const { requests, report } = await readTrace(write('a.csv', '0,read,a,10\n0.25,write,b,20\n1.5,delete,a\n'))

  expect(requests).toEqual([
    { timeMs: 0, op: 'read', key: 'a', sizeBytes: 10 },
    { timeMs: 250, op: 'write', key: 'b', sizeBytes: 20 },
    { timeMs: 1500, op: 'delete', key: 'a' },
  ])
  expect(report).toMatchObject({
    format: 'text',
    requests: 3,
    reads: 1,
    writes: 1,
    deletes: 1,
    keys: 2,
    durationMs: 1500,
  })
  expect(report).toMatchObject({ hasTimes: true, outOfOrder: 0, skipped: { total: 0, byReason: {}, examples: [] } })
})

it('counts times from the first request, to the microsecond, with any zero', async () => {
  const { requests } = await readTrace(
    write('epoch.csv', '1604038471.000001,get,a\n1604038471.100002,get,a\n1.604038472e9,get,a\n'),
  )
  expect(requests.map(({ timeMs }) => timeMs)).toEqual([0, 100.001, 999.999])
})

it('sorts requests by time, keeps the order of equal times, and counts late ones', async () => {
  const { requests, report } = await readTrace(write('late.csv', '5,get,a\n9,get,b\n7,get,c\n9,get,d\n6,get,e\n'))
  expect(requests.map(({ key }) => key).join('')).toBe('aecbd')
  expect(report.outOfOrder).toBe(2)
})

it('ignores a header, comments and empty lines without counting them', async () => {
  const file = write('comments.csv', '\uFEFF# made by hand\r\n\r\nTime, op, key, size\r\n1,GET,a,\r\n# end\r\n')
  const { requests, report } = await readTrace(file)
  expect(requests).toEqual([{ timeMs: 0, op: 'read', key: 'a' }])
  expect(report.skipped.total).toBe(0)
})

it.each([
  ['read', ['read', 'get', 'GET', 'gets', 'GET_LEASE', 'head']],
  ['write', ['write', 'set', 'SET', 'put', 'post', 'patch', 'add', 'insert', 'update', 'replace', 'cas', 'SET_LEASE']],
  ['delete', ['delete', 'DEL', 'remove']],
] as const)('reads as a %s: %j', async (op, names) => {
  const { requests } = await readTrace(write('ops.csv', names.map((name) => `1,${name},a\n`).join('')))
  expect(requests.map((request) => request.op)).toEqual(names.map(() => op))
})

it('reads keys with spaces and other alphabets; commas, quotes and outer spaces need quotes', async () => {
  const lines = [
    '0,get, two words ,5',
    '0,get,ключ',
    '0,get,"a, b",7',
    '0,get,"say ""hi""",',
    '0,get," x "',
    '0,get,it"s',
  ]
  const { requests } = await readTrace(write('keys.csv', lines.join('\n')))
  expect(requests.map(({ key, sizeBytes }) => [key, sizeBytes])).toEqual([
    ['two words', 5],
    ['ключ', undefined],
    ['a, b', 7],
    ['say "hi"', undefined],
    [' x ', undefined],
    ['it"s', undefined],
  ])
})

it.each([
  ['fewer than three fields', '1,get'],
  ['more than four fields', '1,get,a,b,5'],
  ['the time is not a number of seconds', '10:00,get,a'],
  // Milliseconds since the epoch would be 53,000 years in seconds.
  ['the time is not a number of seconds', '1604038471000000,get,a'],
  ['unknown operation', '1,scan,a'],
  ['empty key', '1,get,'],
  ['empty key', '1,get,""'],
  ['the quotes of the key are broken', '1,get,"a'],
  ['the quotes of the key are broken', '1,get,"a"b'],
  ['the size is not a whole number', '1,get,a,-5'],
  ['the size is not a whole number', '1,get,a,1.5'],
])('skips, with the reason %j: %s', async (reason, line) => {
  const { report } = await readTrace(write('skip.csv', `0,get,a\n${line}\n2,get,a\n`), { format: 'text' })
  expect(report.requests).toBe(2)
  expect(report.skipped).toEqual({ total: 1, byReason: { [reason]: 1 }, examples: [`line 2: ${reason}: ${line}`] })
})
