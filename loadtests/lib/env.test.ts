import { describe, expect, it } from 'vitest'
import {
  baseUrlFrom,
  baseUrlsFrom,
  decimalFrom,
  durationMsFrom,
  explained,
  integerFrom,
  OptionError,
  strategiesFrom,
} from './env.ts'

const known = ['no-cache', 'cache-aside', 'write-through']

describe('durationMsFrom', () => {
  const read = (text: string | undefined) => durationMsFrom({ T: text }, 'T', { fallback: 7, min: 0, max: 120_000 })

  it.each([
    ['500ms', 500],
    ['5s', 5000],
    ['1.5s', 1500],
    ['2m', 120_000],
    ['0s', 0],
  ])('reads %s', (text, ms) => {
    expect(read(text)).toBe(ms)
  })

  it.each(['5', 's', '-1s', '5 s', '1h', '121s', '1e3s'])('refuses "%s"', (text) => {
    expect(() => read(text)).toThrow(
      new OptionError(`T is "${text}"; it must be a time with its unit (500ms, 15s, 1m) from 0ms to 120s`),
    )
  })

  it.each([undefined, '', '  '])('uses the default for %o', (text) => {
    expect(read(text)).toBe(7)
  })
})

describe('integerFrom and decimalFrom', () => {
  const rule = { fallback: 1, min: 0, max: 10 }

  it('accept plain numbers', () => {
    expect([integerFrom({ N: '10' }, 'N', rule), decimalFrom({ N: '.5' }, 'N', rule)]).toEqual([10, 0.5])
  })

  it.each(['x', '1.5', '-1', '11', '1e1', '0x5', 'NaN', 'Infinity'])('refuse "%s" as a whole number', (text) => {
    expect(() => integerFrom({ N: text }, 'N', rule)).toThrow(`N is "${text}"; it must be a whole number from 0 to 10`)
  })

  it.each(['x', '-1', '10.1', '1e1', '.', 'NaN'])('refuse "%s" as a number', (text) => {
    expect(() => decimalFrom({ N: text }, 'N', rule)).toThrow(`N is "${text}"; it must be a number from 0 to 10`)
  })
})

describe('baseUrlFrom', () => {
  it('drops a trailing slash, and keeps a path', () => {
    expect(baseUrlFrom({ U: 'http://api:3000/' }, 'U', '')).toBe('http://api:3000')
    expect(baseUrlFrom({ U: 'https://host/blog/' }, 'U', '')).toBe('https://host/blog')
  })

  it.each(['127.0.0.1:3000', 'ftp://x', 'http://', 'http://a b', 'http://x?y'])('refuses "%s"', (text) => {
    expect(() => baseUrlFrom({ U: text }, 'U', '')).toThrow(`U is "${text}"; it must be an address like http://`)
  })
})

describe('baseUrlsFrom', () => {
  it('accepts several, and checks each', () => {
    expect(baseUrlsFrom({ U: 'http://a:1/, http://b:2' }, 'U', '')).toEqual(['http://a:1', 'http://b:2'])
    expect(() => baseUrlsFrom({ U: 'http://a:1,b' }, 'U', '')).toThrow('U is "b"; it must be an address like')
  })
})

describe('strategiesFrom', () => {
  it('keeps the given order, and defaults to all', () => {
    expect(strategiesFrom({ S: 'write-through, no-cache' }, 'S', known)).toEqual(['write-through', 'no-cache'])
    expect(strategiesFrom({}, 'S', known)).toEqual(known)
  })

  it('accepts any peer: only the API knows them', () => {
    expect(strategiesFrom({ S: 'peer:keyv' }, 'S', known)).toEqual(['peer:keyv'])
  })

  it.each([
    ['cache-asid', 'S is "cache-asid"; it must be a comma-separated list of no-cache, cache-aside, write-through'],
    ['no-cache,', 'S is ""; it must be a comma-separated list of no-cache, cache-aside, write-through'],
    ['no-cache,no-cache', 'S is "no-cache"; it must be listed only once'],
  ])('refuses "%s"', (text, message) => {
    expect(() => strategiesFrom({ S: text }, 'S', known)).toThrow(new OptionError(message))
  })
})

describe('explained', () => {
  it("throws a user's mistake as plain text, and other errors unchanged", () => {
    const thrown = (error: Error) => {
      try {
        explained(() => {
          throw error
        })
      } catch (caught) {
        return caught
      }
    }
    const bug = new TypeError('bug')
    expect(thrown(new OptionError('RATE is wrong'))).toBe('RATE is wrong')
    expect(thrown(bug)).toBe(bug)
  })
})
