import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The folders of a search path. */
export function foldersOf(searchPath: string = process.env.PATH ?? ''): string[] {
  return searchPath.split(delimiter).filter((folder) => folder !== '')
}

/** Absolute paths of the programs called `name`, in the order of the folders. */
export function findPrograms(name: string, folders: readonly string[]): string[] {
  return folders.map((folder) => join(folder, name)).filter(isProgram)
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
