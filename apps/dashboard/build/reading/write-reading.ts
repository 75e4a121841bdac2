import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { apiReferencePage } from './api-reference-page.ts'
import { strategyPages } from './strategy-pages.ts'

const root = join(import.meta.dirname, '../../../..')
const assets = join(import.meta.dirname, '../../src/reading')
const swaggerUi = dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json')))
/** The licence has to be passed on with the files. */
const SWAGGER_UI_FILES = [
  'swagger-ui-bundle.js',
  'swagger-ui-bundle.js.LICENSE.txt',
  'swagger-ui.css',
  'LICENSE',
  'NOTICE',
]

/** Writes the pages, and the files that they need, into a folder that exists. */
export function writeReading(folder: string): void {
  const { pages, images } = strategyPages(sources())
  mkdirSync(join(folder, 'strategies'), { recursive: true })
  for (const [path, html] of pages) writeFileSync(join(folder, path), html)
  for (const image of images) copyFileSync(join(root, image), join(folder, 'strategies', basename(image)))
  copyFileSync(join(assets, 'reading.css'), join(folder, 'reading.css'))
  copyFileSync(join(assets, '../../public/icon.svg'), join(folder, 'icon.svg'))

  mkdirSync(join(folder, 'docs'), { recursive: true })
  writeFileSync(join(folder, 'docs.html'), apiReferencePage())
  copyFileSync(join(assets, 'api-reference.js'), join(folder, 'docs/api-reference.js'))
  for (const file of SWAGGER_UI_FILES) copyFileSync(join(swaggerUi, file), join(folder, 'docs', file))
}

function sources() {
  const text = (path: string) => readFileSync(join(root, path), 'utf8')
  const names = readdirSync(join(root, 'docs/strategies')).map((file) => basename(file, '.md'))
  return {
    readme: text('README.md'),
    races: text('docs/races.md'),
    strategies: new Map(names.map((name) => [name, text(`docs/strategies/${name}.md`)])),
  }
}
