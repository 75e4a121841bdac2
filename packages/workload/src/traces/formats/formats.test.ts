import { describe, expect, it } from 'vitest'
import { temporaryFiles } from '../../../test/temporary-files.ts'
import { readTrace } from '../read-trace.ts'

const write = temporaryFiles()

describe('nasa-tsv', () => {
  it('reads every line as a request of its path, with any status, at the second of the file', async () => {
    const file = write(
      'log.tsv',
      'epoch\tclient\tmethod\tpath\tstatus\tbytes\n' +
        '804571201\tc\tGET\t/a\t200\t6245\n804571201\tc\tGET\t/a\t404\t30\n804571206\tc\tHEAD\t/b\t302\t0\n804571206\tc\tPOST\t/c\t200\t5\n',
    )
    const { requests, report } = await readTrace(file)
    expect(report).toMatchObject({ format: 'nasa-tsv', requests: 4, skipped: { total: 0 } })
    expect(requests).toEqual([
      { timeMs: 0, op: 'read', key: '/a', sizeBytes: 6245 },
      { timeMs: 0, op: 'read', key: '/a', sizeBytes: 0 },
      { timeMs: 5000, op: 'read', key: '/b' },
      { timeMs: 5000, op: 'write', key: '/c' },
    ])
    expect(report.absent).toBe(1)
    const others = await readTrace(file, { absent: 'skip' })
    expect(others.report).toMatchObject({ requests: 3, absent: 0, skipped: { byReason: { 'status 404': 1 } } })
  })

  it.each([
    ['the epoch is not a number of seconds', 'now\tc\tGET\t/a\t200\t1'],
    ['unknown method', '1\tc\tOPTIONS\t/a\t200\t1'],
    ['no path', '1\tc\tGET\t\t200\t1'],
  ])('skips, with the reason %j: %s', async (reason, line) => {
    const { report } = await readTrace(write('skip.tsv', `1\tc\tGET\t/a\t200\t1\n${line}\n`), { format: 'nasa-tsv' })
    expect(report.skipped.byReason).toEqual({ [reason]: 1 })
  })
})

describe('meta-kv', () => {
  const header = 'op_time,key,key_size,op,op_count,size,cache_hits,ttl,usecase,sub_usecase\n'

  it('repeats a line op_count times, spread over its second', async () => {
    const file = write(
      'kv.csv',
      `${header}100,k,48,GET,3,87,1,0,1,1\n100,k,48,SET,1,90,0,0,1,1\n101,k,48,DELETE,1,0,0,0,1,1\n`,
    )
    const { requests, report } = await readTrace(file)
    expect(report.format).toBe('meta-kv')
    expect(requests).toEqual([
      { timeMs: 0, op: 'read', key: 'k', sizeBytes: 87 },
      { timeMs: 250, op: 'read', key: 'k', sizeBytes: 87 },
      { timeMs: 500, op: 'read', key: 'k', sizeBytes: 87 },
      { timeMs: 750, op: 'write', key: 'k', sizeBytes: 90 },
      { timeMs: 1000, op: 'delete', key: 'k' },
    ])
  })

  it.each([
    ['the op_time is not a number of seconds', 'x,k,48,GET,1,87'],
    ['no key', '100,,48,GET,1,87'],
    ['unknown op', '100,k,48,SCAN,1,87'],
    ['op_count is not between 1 and 1,000,000', '100,k,48,GET,0,87'],
    ['op_count is not between 1 and 1,000,000', '100,k,48,GET,99999999999,87'],
  ])('skips, with the reason %j: %s', async (reason, line) => {
    const { report } = await readTrace(write('skip.csv', `${header}100,k,48,GET,1,0\n${line}\n`))
    expect(report).toMatchObject({ requests: 1, skipped: { byReason: { [reason]: 1 } } })
  })
})

describe('keys', () => {
  it('reads each line as a read, at the requested rate, and skips marks', async () => {
    const { requests, report } = await readTrace(write('cycle.trace', '0\r\n1\r\n*\r\npost:7\r\n\r\n'), {
      ratePerSecond: 4,
    })
    expect(requests).toEqual([
      { timeMs: 0, op: 'read', key: '0' },
      { timeMs: 250, op: 'read', key: '1' },
      { timeMs: 500, op: 'read', key: 'post:7' },
    ])
    expect(report).toMatchObject({ format: 'keys', hasTimes: false, skipped: { byReason: { 'a mark (*)': 1 } } })
  })

  it('does not read descending counts as keys, unless the format is named', async () => {
    const file = write('counts.txt', '9\n5\n5\n1\n')
    await expect(readTrace(file)).rejects.toThrow('has no known format')
    expect((await readTrace(file, { format: 'keys' })).report.requests).toBe(4)
  })
})

describe('be32 and be64', () => {
  const bytes = Buffer.from('00000001ffffffff0000000100000002', 'hex')

  it('are read when named', async () => {
    const file = write('keys.bin', bytes)
    const keys = async (format: 'be32' | 'be64') => (await readTrace(file, { format })).requests.map(({ key }) => key)
    expect(await keys('be32')).toEqual(['1', '4294967295', '1', '2'])
    expect(await keys('be64')).toEqual(['8589934591', '4294967298'])
  })

  it.each([
    ['cache2k-x.trace', 'be32'],
    ['mine.be32', 'be32'],
    ['corda-x', 'be64'],
    ['mine.be64', 'be64'],
  ])('are recognised by the name %s', async (name, format) => {
    expect((await readTrace(write(name, bytes))).report.format).toBe(format)
  })

  it('skip the bytes after the last whole key', async () => {
    const { report } = await readTrace(write('cut.be64', bytes.subarray(0, 13)))
    expect(report).toMatchObject({
      requests: 1,
      skipped: { total: 1, examples: ['at the end: fewer than the 8 bytes of a key: 0000000100'] },
    })
  })

  it('join keys that span chunks', async () => {
    const numbers = Uint32Array.from({ length: 300_000 }, (_, i) => i)
    const file = write('long.be32', Buffer.concat([Buffer.from(numbers.buffer).swap32(), Buffer.from([1])]))
    const { requests, report } = await readTrace(file)
    expect(requests.findIndex(({ key }, i) => key !== String(i))).toBe(-1)
    expect(report).toMatchObject({ requests: 300_000, keys: 300_000, skipped: { total: 1 } })
  })
})
