import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findRedisServer } from './find-redis-server.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'find-redis-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function program(path: string, prints: string): void {
  mkdirSync(join(folder, path, '..'), { recursive: true })
  writeFileSync(join(folder, path), `#!/bin/sh\necho "${prints}"\n`)
  chmodSync(join(folder, path), 0o755)
}
const search = (...folders: string[]) => findRedisServer(folders.map((name) => join(folder, name)).join(delimiter))

describe('findRedisServer', () => {
  it('finds none on an empty PATH', () => {
    expect(findRedisServer('')).toBeUndefined()
  })

  it('returns the path and the version', () => {
    program(
      'bin/redis-server',
      'Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=ae4d7c971a948f0',
    )
    expect(search('missing', 'bin')).toEqual({
      name: 'redis-server',
      path: join(folder, 'bin/redis-server'),
      version: '7.0.15',
    })
  })

  it('uses Valkey if there is no Redis', () => {
    program('bin/valkey-server', 'Valkey server v=8.1.4 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=1')
    expect(search('bin')).toMatchObject({ name: 'valkey-server', version: '8.1.4' })
  })

  it('finds only the server that REDIS_SERVER names', () => {
    program('bin/redis-server', 'Redis server v=7.0.15 sha=0')
    expect(findRedisServer(join(folder, 'bin'), 'valkey-server')).toBeUndefined()
    program('bin/valkey-server', 'Valkey server v=8.1.4 sha=0')
    expect(findRedisServer(join(folder, 'bin'), 'valkey-server')).toMatchObject({ name: 'valkey-server' })
    expect(() => findRedisServer('', 'keydb')).toThrow('REDIS_SERVER is "keydb"; allowed: redis-server, valkey-server')
  })

  it('prefers Redis anywhere on PATH', () => {
    program('first/valkey-server', 'Valkey server v=8.1.4 sha=0')
    program('second/redis-server', 'Redis server v=7.0.15 sha=0')
    expect(search('first', 'second')).toMatchObject({ name: 'redis-server' })
  })

  it('skips a program with that name if it prints no version', () => {
    program('first/redis-server', 'something else')
    program('second/redis-server', 'Redis server v=7.4.0 sha=0')
    expect(search('first', 'second')).toMatchObject({ version: '7.4.0' })
  })

  it('skips folders and files that are not executable', () => {
    mkdirSync(join(folder, 'first/redis-server'), { recursive: true })
    mkdirSync(join(folder, 'second'))
    writeFileSync(join(folder, 'second/redis-server'), 'text')
    expect(search('first', 'second')).toBeUndefined()
  })
})
