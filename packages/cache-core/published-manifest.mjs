/**
 * The published manifest lacks what only the workspace needs: scripts, devDependencies, and the condition in `exports` that leads
 * to the sources. `prepack` writes the published manifest, `postpack` restores ours.
 */
import { copyFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs'

const OURS = '.package.json.ours'

if (process.argv[2] === 'restore') {
  renameSync(OURS, 'package.json')
} else {
  copyFileSync('package.json', OURS)
  const { scripts, devDependencies, ...manifest } = JSON.parse(readFileSync('package.json', 'utf8'))
  for (const [path, target] of Object.entries(manifest.exports)) {
    delete target['workspace-source']
    if (Object.keys(target).length === 0) delete manifest.exports[path] // of the workspace alone: the explorer
  }
  writeFileSync('package.json', `${JSON.stringify(manifest, null, 2)}\n`)
}
