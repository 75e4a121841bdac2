import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findK6 } from './find-k6.ts'

function folderWith(script: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'k6-'))
  writeFileSync(join(folder, 'k6'), `#!/bin/sh\n${script}\n`)
  chmodSync(join(folder, 'k6'), 0o755)
  return folder
}

const empty = mkdtempSync(join(tmpdir(), 'no-k6-'))

describe('findK6', () => {
  it('finds k6 on PATH, with its version', () => {
    const folder = folderWith('echo "k6 v1.8.1 (go1.26, linux/amd64)"')
    expect(findK6({ PATH: `${empty}:${folder}`, HOME: empty })).toEqual({ path: join(folder, 'k6'), version: '1.8.1' })
  })

  it('finds k6 installed by Go', () => {
    const folder = folderWith('echo "k6 v2.0.0 (go1.27, linux/amd64)"')
    expect(findK6({ PATH: empty, GOBIN: folder }).version).toBe('2.0.0')
  })

  it('ignores a broken k6, and says how to install one', () => {
    const broken = folderWith('exit 1')
    expect(() => findK6({ PATH: broken, HOME: empty })).toThrow(
      /k6 is neither on PATH nor in .*go\/bin; install it: go install/,
    )
  })
})
