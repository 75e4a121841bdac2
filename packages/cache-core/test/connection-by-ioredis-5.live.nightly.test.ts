import { describe } from 'vitest'
import { testBusyConnections } from './busy-connection-suite.ts'
import { ioredis5 } from './clients.ts'
import { testConnections } from './connection-suite.ts'

describe(`by ${ioredis5.name}`, () => {
  testConnections(ioredis5)
  testBusyConnections(ioredis5)
})
