import { describe, expect, it } from 'vitest'
import { readEnv } from './env.ts'

const DATABASE_URL = 'postgres://db/posts'
const read = (REDIS_URL: string) => readEnv({ DATABASE_URL, REDIS_URL })

describe('REDIS_URL', () => {
  it.each([
    'redis://h',
    'redis://h/',
    'redis://h:6380/5',
    'rediss://user:pass%25word@h/20',
    'redis://:geheim@[::1]:6379/0',
    'redis://h?db=3',
    'REDIS://h',
  ])('accepts %s', (url) => {
    expect(read(url).REDIS_URL).toBe(url)
  })

  it.each([
    ['redis://h/cache', 'whose path is a database number, not a name; to separate environments'],
    ['redis://h/1.5', 'whose path is a database number'],
    ['redis://h/-1', 'whose path is a database number'],
    ['redis://h/0/geheim', 'whose path is a database number'],
    ['redis://h?db=geheim', 'whose path is a database number'],
    ['redis://u:geheim100%@h', 'write % as %25'],
    ['redis://geheim%zz@h/0', 'write % as %25'],
    ['redis://u:geheim%ff@h', 'write % as %25'],
    ['redis:geheim', 'allowed: a URL like redis://127.0.0.1:6379'],
    ['redis://u:gehe/im@h', 'allowed: a URL like redis://127.0.0.1:6379'],
    ['http://geheim', 'allowed: a URL like redis://127.0.0.1:6379'],
    ['geheim', 'allowed: a URL like redis://127.0.0.1:6379'],
  ])('refuses %s with one line that names the variable and the remedy, but not the value', (url, remedy) => {
    expect(() => read(url)).toThrow(/^REDIS_URL is not usable \(its value is not shown\); allowed: (?!.*gehe)[^\n]*$/)
    expect(() => read(url)).toThrow(remedy)
  })
})

describe('REDIS_PREFIX', () => {
  const prefixOf = (REDIS_PREFIX: string) => readEnv({ DATABASE_URL, REDIS_PREFIX }).REDIS_PREFIX

  it('defaults to posts:', () => {
    expect(prefixOf('')).toBe('posts:')
    expect(prefixOf('staging.eu-1:')).toBe('staging.eu-1:')
  })

  it.each(['a b', 'a*', '{a}', 'a\n', 'ä', '[a]', 'x'.repeat(65)])(
    'refuses %j, which SCAN or a Cluster would interpret',
    (prefix) => {
      expect(() => prefixOf(prefix)).toThrow(
        /^REDIS_PREFIX is ".*; allowed: 1 to 64 letters, digits and \. _ : -, as in posts:$/,
      )
    },
  )
})
