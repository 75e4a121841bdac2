import { expect, it } from 'vitest'
import { comparisonPage, comparisonsPage } from './comparison-pages.ts'

const HOSTILE = '<img src=x onerror=alert(1)>"'
const stored = {
  title: 'Cache strategies compared: blog, 2026-11-26',
  load: `${HOSTILE}: 200 requests/s`,
  strategies: ['no-cache', HOSTILE],
  answers: [
    {
      need: 'Always current',
      meaning: '',
      use: 'tiered',
      effect: '9 times fewer loads/s, against no-cache.',
      figures: [],
    },
    { need: 'Lowest read p99', meaning: '', use: HOSTILE, figures: [] },
  ],
  body: '<h1>The report</h1>',
}

it('the list has the load and the answers of each comparison, as text', () => {
  const html = comparisonsPage(new Map([['blog', stored]]))
  expect(html).toContain('<a href="/comparisons/blog">blog</a>')
  expect(html).toContain(
    '<strong>Always current: tiered.</strong> 9 times fewer loads/s, against no-cache. Lowest read p99:',
  )
  expect(html).toContain('2 strategies, 2026-11-26.')
  expect(html).not.toContain('<img')
})

it('a page links its figures, its script and its style, and has none of them inside', () => {
  const html = comparisonPage('blog', stored)
  expect(html).toContain('data-figures="/comparisons/blog.json"')
  expect(html).toContain(`data-strategies="[&quot;no-cache&quot;,&quot;&lt;img`)
  expect(html).toContain('src="/report/page.js"')
  expect(html).toContain('href="/report/page.css"')
  expect(html).not.toMatch(/<style|style=|<script(?![^>]* src=)/)
  expect(html).not.toContain('<img')
})
