import { createContext, runInContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lostInJson } from './lost-in-json.ts'

class Money {
  amount = 5
}
class Rows extends Array {}
const cyclic: Record<string, unknown> = {}
cyclic.parent = { child: cyclic }

describe('names the value that JSON would lose', () => {
  it.each<[unknown, string]>([
    [new Date(0), 'a Date'],
    [new Map([['a', 1]]), 'a Map'],
    [new Set([1]), 'a Set'],
    [/a/, 'a RegExp'],
    [new RangeError('unavailable'), 'a RangeError'],
    [new Uint8Array(2), 'a Uint8Array'],
    [new Float64Array(2), 'a Float64Array'],
    [Buffer.from('a'), 'a Buffer'],
    [new ArrayBuffer(1), 'an ArrayBuffer'],
    [new URL('http://localhost'), 'a URL'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [-0, '-0'],
    [12n, '12n (a bigint)'],
    [Symbol('s'), 'a symbol'],
    [() => 1, 'a function'],
    [Promise.resolve(1), 'a Promise'],
    [new Money(), 'a Money'],
    [Rows.from([1]), 'a Rows'],
    [Object(1), 'a Number'],
  ])('%o', (value, what) => {
    expect(lostInJson(value)).toBe(`the value is ${what}`)
    expect(lostInJson({ items: [null, { value }] })).toBe(`items[1].value is ${what}`)
  })

  it.each([
    [[1, undefined], '[1] is undefined'],
    // biome-ignore lint/suspicious/noSparseArray: part of the test
    [[1, , 2], '[1] is undefined'],
    [{ a: { toJSON: () => 'other' } }, 'a.toJSON is a function'],
    [{ 'two words': { 7: [Number.NaN] } }, '["two words"]["7"][0] is NaN'],
  ])('%o', (value, lost) => {
    expect(lostInJson(value)).toBe(lost)
  })

  it('a cycle, without an endless walk', () => {
    expect(lostInJson(cyclic)).toMatch(
      /^parent\.child\.parent.{1,200}… is cyclic, or nested more than 1000 levels deep$/,
    )
  })
})

describe('finds nothing in values that JSON preserves', () => {
  it.each([
    [null],
    [0],
    [''],
    [false],
    [[]],
    [{ a: [1.5, 'b', { c: null }], left: undefined }],
    [Object.assign(Object.create(null), { a: 1 })],
    [JSON.parse('{"__proto__":{"a":1}}')],
    [['\ud800']],
  ])('%o', (value) => {
    expect(lostInJson(value)).toBeUndefined()
  })

  it('objects and arrays of another realm, such as a test runner’s', () => {
    const plain = runInContext('({ a: [1, { b: 2 }] })', createContext())
    expect(lostInJson(plain)).toBeUndefined()
    expect(lostInJson(runInContext('({ at: new Date(0) })', createContext()))).toBe('at is a Date')
  })
})

it('finds something in each value that JSON changes', () => {
  const anything = fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withSparseArray: true,
  })
  fc.assert(
    fc.property(anything, (value) => {
      if (value === undefined || lostInJson(value) !== undefined) return
      // `toEqual` ignores properties that are undefined.
      expect(JSON.parse(JSON.stringify(value))).toEqual(value)
    }),
  )
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      // JSON has a -0, which `JSON.stringify` never writes.
      expect(lostInJson(JSON.parse(JSON.stringify(value)))).toBeUndefined()
    }),
  )
}, 30_000)
