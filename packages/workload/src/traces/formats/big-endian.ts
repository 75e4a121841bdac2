import type { BinaryFormat } from '../trace-format.ts'

export const be32: BinaryFormat = {
  name: 'be32',
  title: 'binary, big-endian 32-bit keys, one read per key',
  times: 'none',
  kind: 'binary',
  keyBytes: 4,
  recognisesName: (fileName) => /\.be32\b|^cache2k-/.test(fileName),
}

export const be64: BinaryFormat = {
  name: 'be64',
  title: 'binary, big-endian 64-bit keys, one read per key',
  times: 'none',
  kind: 'binary',
  keyBytes: 8,
  recognisesName: (fileName) => /\.be64\b|^corda-/.test(fileName),
}
