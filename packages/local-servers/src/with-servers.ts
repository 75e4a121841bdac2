#!/usr/bin/env node
/**
 * `with-servers CMD ARGS…` runs a command with TEST_REDIS_URL and TEST_DATABASE_URL of a private Redis and an empty Postgres
 * database, from `startTestServers`. Its first line says which. For `--help` it starts nothing.
 */
import { join } from 'node:path'
import { runCommand } from './run-command.ts'
import { startTestServers, type TestServers } from './test-servers.ts'

/** Where Node keeps compiled code. Tests start the same programs again and again, and spend half of that on compiling. */
const compiled = join(import.meta.dirname, '../../../node_modules/.cache/compiled')

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
    const cache = { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE || compiled }
    return await runCommand([command, ...args], { ...process.env, ...env, ...cache }, (child) =>
      servers.alsoEnd(child.pid!),
    )
  } finally {
    await servers.stop()
  }
}

function complain(line: string): number {
  console.error(line)
  return 1
}
