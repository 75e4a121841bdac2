import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { benchPicture } from './report/picture.ts'
import type { Bench } from './results.ts'

/** Writes `bench.json` and its picture. @returns the files */
export function writeResults(bench: Bench, folder: string): string[] {
  mkdirSync(folder, { recursive: true })
  const files = [join(folder, 'bench.json'), join(folder, 'bench.svg')] as const
  writeFileSync(files[0], asText(bench))
  const picture = benchPicture(bench)
  if (picture === undefined) return [files[0]]
  writeFileSync(files[1], picture)
  return [...files]
}

const NUMBERS = /\[\s+(?:(?:null|-?[\d.e+-]+),?\s+)+\]/g

/** Indented, but a list of numbers is one line. */
export function asText(bench: Bench): string {
  const text = JSON.stringify(bench, null, 1)
  return `${text.replace(NUMBERS, (list) => list.replaceAll(/\s+/g, ' '))}\n`
}
