import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { type Comparison, comparisonSchema, SCHEMA_VERSION } from './comparison.ts'

const READ: readonly unknown[] = [2, SCHEMA_VERSION]

/** The path of a comparison's file, given the file or the folder that `pnpm compare` wrote. */
export async function comparisonFile(fileOrFolder: string): Promise<string> {
  const isFolder = await stat(fileOrFolder).then(
    (found) => found.isDirectory(),
    () => false,
  )
  return isFolder ? join(fileOrFolder, 'comparison.json') : fileOrFolder
}

/**
 * Reads a comparison from a file, or from `comparison.json` in a folder.
 *
 * @throws Error that names the file and the remedy, if the file can't be read, is not JSON, is not a comparison, or has
 *   another schema version
 */
export async function readComparison(fileOrFolder: string): Promise<Comparison> {
  const file = await comparisonFile(fileOrFolder)
  const json = parseJson(file, await readText(file))
  const found = z.object({ kind: z.literal('comparison'), schemaVersion: z.unknown() }).safeParse(json)
  if (!found.success) {
    throw new Error(
      `${file} is not a comparison: "kind" is not "comparison"; give the .json of a comparison, or a folder that pnpm compare wrote`,
    )
  }
  if (!READ.includes(found.data.schemaVersion)) {
    const version = JSON.stringify(found.data.schemaVersion)
    throw new Error(
      `${file} has schemaVersion ${version}, but only ${READ.join(' and ')} are supported; use the commit it names, or compare again`,
    )
  }
  const comparison = comparisonSchema.safeParse(json)
  if (!comparison.success) {
    throw new Error(`${file} is not a valid comparison:\n${z.prettifyError(comparison.error)}`, {
      cause: comparison.error,
    })
  }
  return comparison.data
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR')
    const why = missing
      ? 'no such file; give the .json of a comparison, or a folder that pnpm compare wrote'
      : String(cause)
    throw new Error(`${file} cannot be read: ${why}`, { cause })
  }
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Error(`${file} is not JSON: ${cause instanceof Error ? cause.message : cause}; was it cut off?`, {
      cause,
    })
  }
}
