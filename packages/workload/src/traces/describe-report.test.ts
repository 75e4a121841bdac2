import { expect, it } from 'vitest'
import { temporaryFiles } from '../../test/temporary-files.ts'
import { describeReport } from './describe-report.ts'
import { readTrace } from './read-trace.ts'

const write = temporaryFiles()

it('describes the requests, their times, and the skipped lines', async () => {
  const entry = (second: number, status: number) =>
    `::1 - - [10/Oct/2000:13:55:0${second} +0000] "GET /a HTTP/1.1" ${status} 5`
  const file = write('access.log', [entry(3, 200), entry(1, 200), entry(4, 403), entry(5, 200)].join('\n'))
  expect(describeReport((await readTrace(file)).report)).toBe(
    [
      `${file}: 3 requests of 1 key over 4 s: 3 reads, 0 writes, 0 deletes.`,
      'Read as common (access log of Apache or nginx, common log format). Times are whole seconds in the file; the requests of each second are spread evenly over it.',
      '1 came after a later request and were sorted by time.',
      'Skipped 1: 1 × status 403.',
      `  line 3: status 403: ${entry(4, 403)}`,
    ].join('\n'),
  )
})

it.each([
  [1, '1 read was answered 404 or 410 and counts as a read of an absent value: absence is cached, too.'],
  [2, '2 reads were answered 404 or 410 and count as reads of an absent value: absence is cached, too.'],
])('says that %i answered 404 count as reads', async (times, expected) => {
  const entry = '::1 - - [10/Oct/2000:13:55:01 +0000] "GET /a HTTP/1.1" 404 5\n'
  expect(describeReport((await readTrace(write('absent.log', entry.repeat(times)))).report)).toContain(`\n${expected}`)
})

it('has only two lines if nothing was skipped', async () => {
  const { report } = await readTrace(write('keys', '1\n2\n1\n'))
  expect(describeReport(report).split('\n')).toHaveLength(2)
})

it.each([
  ['0,get,a\n0.5,get,a', '0.5 s'],
  ['0,get,a\n1800,get,a', '30 min'],
  ['0,get,a\n13183,get,a', '3.7 h'],
])('%j lasts %s', async (content, duration) => {
  expect(describeReport((await readTrace(write('t.csv', content))).report)).toContain(`over ${duration}:`)
})
