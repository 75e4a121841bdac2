import { expect, test } from 'vitest'
import { renderMarkdown, tablesOf } from './markdown.ts'

const html = (text: string) => renderMarkdown(text, 'docs/strategies/xfetch.md').html

test('a tag in the text stays text', () => {
  const { html, title } = renderMarkdown(
    '# <img src=x onerror=alert(1)>\n\n<script>alert(1)</script>',
    'docs/strategies/a.md',
  )
  expect(html).toBe('<h1>&lt;img src=x onerror=alert(1)&gt;</h1>\n<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n')
  expect(title).toBe('<img src=x onerror=alert(1)>')
})

test('a link to a page that is served is a link', () => {
  expect(html('as in [stampede-lock](stampede-lock.md#read)')).toBe(
    '<p>as in <a href="/strategies/stampede-lock#read">stampede-lock</a></p>\n',
  )
})

test('a link to another file of the repository shows its text and its path', () => {
  expect(html('([what these *fields* mean](../http-api.md#guarantees)).')).toBe(
    '<p>(what these <em>fields</em> mean <span class="path">docs/http-api.md#guarantees</span>).</p>\n',
  )
})

test('a link whose text only names the file shows the path once', () => {
  expect(
    html('in [races.ts](../../packages/cache-core/src/testing/races.ts), and [0007](../decisions/0007-outbox.md)'),
  ).toBe(
    '<p>in <span class="path">packages/cache-core/src/testing/races.ts</span>, and <span class="path">docs/decisions/0007-outbox.md</span></p>\n',
  )
})

test('headings get the ids that GitHub gives them', () => {
  const page = renderMarkdown('# a\n\n## When to use, when not\n\n## Read `x`', 'docs/strategies/a.md')
  expect(page.sections).toEqual([
    { id: 'when-to-use-when-not', title: 'When to use, when not' },
    { id: 'read-x', title: 'Read x' },
  ])
  expect(page.html).toContain('<h2 id="when-to-use-when-not">')
})

test('the marks around a generated table are not shown, and cells are aligned without a style attribute', () => {
  const page = html(
    '<!-- table: measured -->\nUnder load:\n\n| a | b |\n| --- | --: |\n| x | 1 |\n<!-- /table -->\n\nnext',
  )
  expect(page).not.toMatch(/table:|&lt;|style=/)
  expect(page).toContain('<p>Under load:</p>')
  expect(page).toContain('<td class="right">1</td>')
  expect(page.match(/<tr>/g)).toHaveLength(2)
  expect(page).toContain('<p>next</p>')
})

test('a range is kept on one line', () => {
  expect(html('0.8 [0.7–1.0]')).toBe('<p>0.8 <span class="range">[0.7–1.0]</span></p>\n')
})

test('a table and a code block can be scrolled with the keyboard', () => {
  expect(html('| a |\n| --- |\n| b |')).toContain(
    '<div class="scroll" role="group" aria-label="Table" tabindex="0"><table>',
  )
  expect(html('```ts\nconst a = 1 < 2\n```')).toBe('<pre tabindex="0"><code>const a = 1 &lt; 2\n</code></pre>\n')
})

test('a picture of the repository is shown from beside the pages', () => {
  const page = renderMarkdown('![Loads "per" expiry](../runs/loads.svg)', 'docs/strategies/a.md')
  expect(page.html).toContain('<img src="/strategies/loads.svg" alt="Loads &quot;per&quot; expiry">')
  expect(page.images).toEqual(['docs/runs/loads.svg'])
})

test('a Mermaid block is drawn', () => {
  const page = html('text\n\n```mermaid\nsequenceDiagram\n  participant A as Reader\n  Note over A: waits\n```')
  expect(page).toContain('<figure class="sequence">')
  expect(page).toContain('>waits</tspan>')
})

test('an unsupported Mermaid block fails with file and line', () => {
  const text = 'text\n\n```mermaid\nsequenceDiagram\n  participant A as Reader\n  activate A\n```'
  expect(() => html(text)).toThrow('docs/strategies/xfetch.md:6: unsupported in a sequence diagram: activate A')
})

test('tables are read as rows of cells', () => {
  expect(tablesOf('| a | b |\n| --- | --: |\n| [x](y.md) | 1 |\n\ntext\n\n| c |\n| --- |', 'README.md')).toEqual([
    [
      ['a', 'b'],
      ['[x](y.md)', '1'],
    ],
    [['c']],
  ])
})
