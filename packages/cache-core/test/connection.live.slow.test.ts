import { describe } from 'vitest'
import { testBusyConnections } from './busy-connection-suite.ts'
import { ioredis6 } from './clients.ts'
import { testConnections } from './connection-suite.ts'

describe(`by ${ioredis6.name}`, () => {
  testConnections(ioredis6)
  testBusyConnections(ioredis6)
})
