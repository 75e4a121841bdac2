/** The page `/`: the strategies live, and the controls that drive them. */
import 'uplot/dist/uPlot.min.css'
import { inspector } from './inspector/inspector.ts'
import { api } from './live/api.ts'
import { byId, h } from './live/dom.ts'
import { LivePage } from './live/live-page.ts'
import { measures } from './live/measures.ts'
import { ProblemLine } from './live/problem-line.ts'
import { openStream } from './live/stream.ts'
import { onSystemTheme, setTheme } from './live/theme.ts'
import { linkButton, themeChoice, windowChoice } from './live/view-controls.ts'
import { parseView } from './live/view-state.ts'

const view = parseView(location.hash)
setTheme(view.theme)
const template = byId<HTMLTemplateElement & HTMLElement>('live')
template.replaceWith(template.content)
for (const { title, hint } of measures) byId('lane-heads').append(h('p', {}, title, h('small', {}, hint)))

const page = new LivePage(view)

byId('theme').append(
  themeChoice(view.theme, (theme) => {
    setTheme(theme)
    page.changeView({ theme })
    page.draw()
  }),
)
onSystemTheme(() => page.draw())

byId('view').prepend(
  windowChoice(view.window, (window) => {
    page.changeView({ window })
    page.draw()
  }),
  page.pauseButton,
)
byId('view').append(linkButton())

const emptyProblem = new ProblemLine()
byId('empty-problem').append(emptyProblem.root)
byId('start').addEventListener('click', () => void page.load.start({}, emptyProblem))
for (const id of ['tour-empty', 'tour-start']) byId(id).addEventListener('click', () => page.tour.begin())

const resetProblem = new ProblemLine()
const reset = h('button', { type: 'button', class: 'quiet' }, 'Set all counters to 0')
reset.addEventListener('click', () => void resetProblem.during(() => api.resetStats()))
byId('totals-controls').append(reset, resetProblem.root)

// So that it scrolls by keyboard in every browser.
byId('totals-scroll').tabIndex = 0

byId('inspect').append(inspector(() => `post:${page.hottestId}`))

window.addEventListener('hashchange', () => {
  // The page itself never causes this event: it is the link to the content, or another view that was pasted.
  if (location.hash === '#main') page.changeView({})
  else location.reload()
})

document.addEventListener('visibilitychange', () => page.draw())

openStream('/api/stats/stream', {
  stats: (event) => page.stats(event),
  mark: (mark) => page.mark(mark),
  load: (state) => page.updateLoad(state),
  connected: (isConnected) => page.connected(isConnected),
})
void page.discover()
