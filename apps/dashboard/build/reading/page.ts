import { escapeHtml } from './escape-html.ts'

export interface Page {
  readonly title: string
  /** The address of the header's link that leads here. */
  readonly part: '/strategies' | '/comparisons' | '/docs'
  /** HTML. */
  readonly main: string
  /** HTML for the head, beside what every page has. */
  readonly head?: string
  /** The address of its style sheet, which has the header's rules too. Default: that of the pages for reading. */
  readonly style?: string
}

const PARTS = [
  ['/', 'Live'],
  ['/races', 'Races'],
  ['/strategies', 'Strategies'],
  ['/comparisons', 'Comparisons'],
  ['/docs', 'API reference'],
] as const

/** A whole page: the header that all pages share, and the content. */
export function pageHtml({ title, part, main, head = '', style = '/reading.css' }: Page): string {
  const links = PARTS.map(([href, name]) => {
    const current = href === part ? ' aria-current="true"' : ''
    return `<a href="${href}"${current}>${name}</a>`
  })
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${style}">
${head}</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="site"><span class="site-name">Cache strategies</span><nav aria-label="Pages">${links.join(' ')}</nav></header>
${main}
</body>
</html>
`
}
