import { escapeHtml } from './escape-html.ts'
import { type Guarantees, guaranteesOf } from './guarantees.ts'
import { type Rendered, renderMarkdown, sectionsOf } from './markdown.ts'
import type { Section } from './markdown-rules.ts'
import { pageHtml } from './page.ts'

export interface Sources {
  readonly readme: string
  readonly races: string
  /** Of each page in docs/strategies, by the strategy's name. */
  readonly strategies: ReadonlyMap<string, string>
}

export interface StrategyPages {
  /** HTML by its path in `dist`. */
  readonly pages: ReadonlyMap<string, string>
  /** Files of the repository that the pages show, to be copied to `strategies/`. */
  readonly images: readonly string[]
}

/** The pages `/strategies` and `/strategies/NAME`. Fails if a link between them leads nowhere. */
export function strategyPages({ readme, races, strategies }: Sources): StrategyPages {
  const rendered = new Map<string, Rendered>()
  for (const [name, text] of strategies) rendered.set(name, renderMarkdown(text, `docs/strategies/${name}.md`))
  const pages = new Map([['strategies.html', indexPage(rendered, guaranteesOf(readme))]])
  for (const [name, page] of rendered) pages.set(`strategies/${name}.html`, strategyPage(page))
  checkLinks(rendered, sectionsOf(races, 'docs/races.md'))
  return { pages, images: [...rendered.values()].flatMap(({ images }) => images) }
}

function strategyPage({ title, html, sections }: Rendered): string {
  const contents = sections.map(({ id, title }) => `<li><a href="#${id}">${escapeHtml(title)}</a></li>`).join(' ')
  const end = html.indexOf('</h1>') + '</h1>'.length
  return pageHtml({
    title: `${title} · cache strategies`,
    part: '/strategies',
    main: `<main id="main" class="text">
${html.slice(0, end)}
<nav class="contents" aria-label="Sections"><ul>${contents}</ul></nav>
${html.slice(end)}</main>`,
  })
}

function indexPage(rendered: ReadonlyMap<string, Rendered>, { tables, current, ttl }: Guarantees): string {
  const listed = tables.flatMap(({ rows }) => rows.map(({ name }) => name))
  for (const name of rendered.keys()) {
    if (!listed.includes(name))
      throw new Error(`README.md states no guarantee of ${name}, which has a page in docs/strategies`)
  }
  const sections = tables.map(
    ({ title, rows }) => `<table class="strategies">
<thead><tr><th scope="col">${escapeHtml(title)}</th><th scope="col">guarantee</th></tr></thead>
<tbody>
${rows.map((row) => indexRow(row, rendered)).join('\n')}
</tbody>
</table>`,
  )
  return pageHtml({
    title: 'Cache strategies',
    part: '/strategies',
    main: `<main id="main" class="text">
<h1>Strategies</h1>
<p>Each page has a strategy's idea, its reads and writes as diagrams, its guarantee, the races that it prevents or loses, its price, and what was measured. Where a guarantee depends on the TTL, it is given for ${escapeHtml(ttl)}, the TTL of the comparison.</p>
${sections.join('\n')}
<p>${current}</p>
</main>`,
  })
}

function indexRow(
  { name, guarantee }: { name: string; guarantee: string },
  rendered: ReadonlyMap<string, Rendered>,
): string {
  const page = rendered.get(name)
  if (!page) throw new Error(`README.md names ${name}, which has no page in docs/strategies`)
  const what = /^[^:`]+(?=: )/.exec(page.firstParagraph)?.[0]
  if (!what) throw new Error(`docs/strategies/${name}.md must begin with what it is, and a colon`)
  return (
    `<tr><th scope="row"><a href="/strategies/${name}">${name}</a> <span class="what">${escapeHtml(what)}</span></th>` +
    `<td>${escapeHtml(guarantee)}</td></tr>`
  )
}

/** Links between the pages that are served: GitHub shows them too, but nothing else checks them. */
function checkLinks(rendered: ReadonlyMap<string, Rendered>, races: readonly Section[]): void {
  const idsAt = (path: string) => (path === '/races' ? races : rendered.get(path.replace('/strategies/', ''))?.sections)
  for (const [name, { links }] of rendered) {
    for (const href of links.filter((href) => !/^https?:/.test(href))) {
      const [path, id] = href.split('#')
      const sections = idsAt(path || `/strategies/${name}`)
      if (!sections) throw new Error(`docs/strategies/${name}.md: no page ${path}`)
      if (id && !sections.some((section) => section.id === id)) {
        throw new Error(`docs/strategies/${name}.md: the page ${path || name} has no section #${id}`)
      }
    }
  }
}
