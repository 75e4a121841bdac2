import type { StoredComparison } from 'compare/stored'
import { escapeHtml } from '../reading/escape-html.ts'
import { pageHtml } from '../reading/page.ts'

/** The page `/comparisons`: what each load was, and the answer. @param stored by name */
export function comparisonsPage(stored: ReadonlyMap<string, Omit<StoredComparison, 'reported'>>): string {
  const items = [...stored].map(([name, { title, load, strategies, answers }]) => {
    const [first, ...others] = answers
    const need = first === undefined ? '' : `${first.need}: ${first.use}.`
    const rest = [first?.effect ?? '', ...others.map(({ need, use }) => `${need}: ${use}.`)].join(' ')
    return `<li><h2><a href="/comparisons/${name}">${escapeHtml(name)}</a></h2>
<p>${escapeHtml(load)} ${strategies.length} strategies, ${escapeHtml(title.replace(/^.*, /, ''))}.</p>
<p><strong>${escapeHtml(need)}</strong> ${escapeHtml(rest)}</p></li>`
  })
  return pageHtml({
    title: 'Comparisons',
    part: '/comparisons',
    main: `<main id="main" class="text">
<h1>Comparisons</h1>
<p>Each was measured by <code>pnpm compare</code>, which measures yours in the same way: every strategy on the same load, one at a time, several times in random order.</p>
<ul class="comparisons">
${items.join('\n')}
</ul>
</main>`,
  })
}

/** The page `/comparisons/NAME`. */
export function comparisonPage(name: string, { title, strategies, body }: Omit<StoredComparison, 'reported'>): string {
  return pageHtml({
    title,
    part: '/comparisons',
    style: '/report/page.css',
    head: '<script type="module" src="/report/page.js"></script>\n',
    main: `<main id="main" class="report">
<div id="controls" class="controls"></div>
<p id="shown" class="shown" role="status"></p>
<div id="report" data-figures="/comparisons/${name}.json" data-strategies="${escapeHtml(JSON.stringify(strategies))}">${body}</div>
</main>`,
  })
}
