/** The page of a comparison, in the site and as a report's file. All figures are there without it; it adds the controls. */
import 'charts/charts.css'
import '../reading/reading.css'
import './comparison.css'
import { byId } from '../live/dom.ts'
import { StrategyChoice } from '../live/strategy-choice.ts'
import { themeChoice } from '../live/view-controls.ts'
import { ChosenReport } from './chosen-report.ts'

const report = new ChosenReport(byId('report'), byId('shown'))
const controls = byId('controls')
const choice = new StrategyChoice(controls, 'Compared on this page', async (chosen) => {
  if (!(await report.choose(chosen))) choice.show(report.strategies, undefined)
})
choice.show(report.strategies, undefined)
controls.append(
  themeChoice('system', (theme) => {
    document.documentElement.dataset.theme = theme
  }),
)
