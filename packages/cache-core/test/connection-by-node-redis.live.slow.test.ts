import { describe } from 'vitest'
import { testBusyConnections } from './busy-connection-suite.ts'
import { nodeRedis } from './clients.ts'
import { testConnections } from './connection-suite.ts'

describe(`by ${nodeRedis.name}`, () => {
  testConnections(nodeRedis)
  testBusyConnections(nodeRedis)
})
