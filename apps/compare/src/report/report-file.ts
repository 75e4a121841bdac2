import { hash } from 'node:crypto'
import { renderReport } from './html/render-report.ts'
import { Html, html } from './html/template.ts'
import { nodeDocument } from './node-document.ts'
import { type Reported, withoutK6 } from './reported.ts'

/** The script and the style sheet of a report's page, as apps/dashboard builds them. */
export interface PageBundle {
  readonly script: string
  readonly style: string
}

/**
 * The report as one file that reads and prints without JavaScript and without a network. Its script lets the reader choose
 * strategies, sort tables and choose a theme; the figures are inside as JSON. Its policy allows this script and this style, and no
 * request.
 */
export function reportFile(given: Reported, { script, style }: PageBundle): string {
  const reported = withoutK6(given)
  const { title, body } = renderReport(reported, nodeDocument)
  const [safeScript, safeStyle] = [withoutEndTag(script), withoutEndTag(style)]
  const policy = `default-src 'none'; script-src ${sourceOf(safeScript)}; style-src ${sourceOf(safeStyle)}; base-uri 'none'; form-action 'none'`
  const strategies = reported.comparison.strategies.map(({ name }) => name)
  return page({ title, policy, strategies, body, style: safeStyle, script: safeScript, json: jsonInHtml(reported) })
    .source
}

interface Parts {
  readonly title: string
  readonly policy: string
  readonly strategies: readonly string[]
  readonly body: Html
  readonly style: string
  readonly script: string
  readonly json: string
}

function page({ title, policy, strategies, body, style, script, json }: Parts): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
<header class="site"><span class="site-name">Cache strategies</span></header>
<main id="main" class="report">
<div id="controls" class="controls"></div>
<p id="shown" class="shown" role="status"></p>
<div id="report" data-strategies="${JSON.stringify(strategies)}">${body}</div>
</main>
<script type="application/json" id="reported">${new Html(json)}</script>
<script type="module">${new Html(script)}</script>
</body>
</html>
`
}

/** JSON in which no text can end the element that it is in, or begin a comment. */
function jsonInHtml(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c')
}

/** In scripts and styles, `\/` means the same as `/`. */
function withoutEndTag(source: string): string {
  return source
    .trim()
    .replaceAll(/<\/(?=script|style)/gi, '<\\/')
    .replaceAll('<!--', '<\\!--')
}

function sourceOf(source: string): string {
  return `'sha256-${hash('sha256', source, 'base64')}'`
}
