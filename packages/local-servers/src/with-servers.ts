#!/usr/bin/env node
/**
 * `with-servers CMD ARGS…` runs a command with TEST_REDIS_URL and TEST_DATABASE_URL of a private Redis and an empty Postgres
 * database, from `startTestServers`. Its first line says which. For `--help` it starts nothing.
 */
import { runCommand } from './run-command.ts'
import { startTestServers, type TestServers } from './test-servers.ts'

process.exitCode = await withServers(process.argv.slice(2))

async function withServers([command, ...args]: string[]): Promise<number> {
  if (command === undefined) return complain('usage: with-servers COMMAND [ARGUMENTS…]')
  if (args.some((argument) => argument === '--help' || argument === '-h')) {
    return runCommand([command, ...args], process.env)
  }
  let servers: TestServers
  try {
    servers = await startTestServers()
  } catch (error) {
    return complain((error as Error).message)
  }
  const { env, line } = servers
  if (line !== undefined) console.log(line)
  try {
    return await runCommand([command, ...args], { ...process.env, ...env }, (child) => servers.alsoEnd(child.pid!))
  } finally {
    await servers.stop()
  }
}

function complain(line: string): number {
  console.error(line)
  return 1
}
