const MAX_SHOWN = 80

/** A value for an error message, with its type where that is not obvious: `"5" (a string)`, `NaN`, `a Date`. */
export function shown(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `${JSON.stringify(value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}…` : value)} (a string)`
    case 'bigint':
      return `${String(value).slice(0, MAX_SHOWN)}n (a bigint)`
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value)
    case 'function':
    case 'symbol':
      return `a ${typeof value}`
    case 'object':
      return value === null ? 'null' : kindOf(value)
    default:
      return String(value)
  }
}

/** `a Date`, `an array`, `an object`. */
export function kindOf(value: object): string {
  const name: unknown = Object.getPrototypeOf(value)?.constructor?.name
  if (typeof name !== 'string' || name === '' || name === 'Object') return 'an object'
  if (name === 'Array') return 'an array'
  return `${/^[AEIO]/i.test(name) ? 'an' : 'a'} ${name}`
}
