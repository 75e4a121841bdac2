import {
  medianOf,
  type Speed,
  type SpeedLoadName,
  type SpeedRun,
  speedLoadNames,
  speedLoadTitles,
} from '../../apps/compare/src/simulation/speed-run.ts'
import { strategyNames } from '../../packages/strategies/src/strategy-names.ts'
import { table } from './figures.ts'
import { run } from './stored-runs.ts'

export const simulatingTables = {
  speed() {
    const { requests, rounds, machine, rows } = run('simulation-speed') as SpeedRun
    const figure = (strategy: string, load: SpeedLoadName, name: keyof Speed) => {
      const row = rows.find((each) => each.strategy === strategy && each.load === load)
      return row === undefined ? '–' : medianOf(row, name).toFixed(name === 'peakMiB' ? 0 : 1)
    }
    const load =
      `Seconds for ${requests.toLocaleString('en')} requests, ${rounds === 1 ? 'one round' : `median of ${rounds} rounds`}, ` +
      `each strategy in its own process; load average before: ${machine.loadAverageBefore.toFixed(0)} on ${machine.cores} cores, ` +
      `Node ${machine.node.slice(1)} ([the run](runs/simulation-speed.json)):`
    const head = ['strategy', ...speedLoadNames.map((name) => speedLoadTitles[name]), 'memory, each key read once, MiB']
    const cells = strategyNames.map((name) => [
      name,
      ...speedLoadNames.map((each) => figure(name, each, 'simulationS')),
      figure(name, 'once', 'peakMiB'),
    ])
    return `${load}\n\n${table(head, cells)}`
  },
}
