import { expect, test } from 'vitest'
import { strategyPages } from './strategy-pages.ts'

const README = `# Title

**200 requests/s, TTL 6 s**: text.

| strategy | guarantee | other |
| --- | --: | --: |
| [no-cache](docs/strategies/no-cache.md) | current | 1 |
| [lock](docs/strategies/lock.md) | at most 6 s old | 2 |

_Current_: no read after \`write\` is older, see [the outbox](packages/a/README.md). _Stale reads_: other.
`
const NO_CACHE = '# no-cache\n\nNo cache (the floor): `noCache`. Code: x.\n\n## Read\n\ntext'
const LOCK =
  '# lock\n\nA lock: `lock`.\n\n## Read\n\nAs in [no-cache](no-cache.md#read), [stale set](../races.md#stale-set).'

function pagesOf(changes: { readme?: string; lock?: string } = {}) {
  const strategies = new Map([
    ['no-cache', NO_CACHE],
    ['lock', changes.lock ?? LOCK],
  ])
  return strategyPages({ readme: changes.readme ?? README, races: '# Races\n\n## Stale set', strategies }).pages
}

test('there is a page for each strategy, and the index', () => {
  expect([...pagesOf().keys()]).toEqual(['strategies.html', 'strategies/no-cache.html', 'strategies/lock.html'])
})

test("the index has README's order and guarantees, and the beginning of each page", () => {
  const rows = pagesOf()
    .get('strategies.html')!
    .match(/<tr>.*?<\/tr>/g)
  expect(rows).toEqual([
    '<tr><th scope="col">strategy</th><th scope="col">guarantee</th></tr>',
    '<tr><th scope="row"><a href="/strategies/no-cache">no-cache</a> <span class="what">No cache (the floor)</span></th><td>current</td></tr>',
    '<tr><th scope="row"><a href="/strategies/lock">lock</a> <span class="what">A lock</span></th><td>at most 6 s old</td></tr>',
  ])
})

test('the index explains "current", and names the TTL of the guarantees', () => {
  const index = pagesOf().get('strategies.html')!
  expect(index).toContain(
    '<em>Current</em>: no read after <code>write</code> is older, see the outbox <span class="path">packages/a/README.md</span>.</p>',
  )
  expect(index).not.toContain('Stale reads')
  expect(index).toContain('given for 6 s')
})

test('a page begins with its title, followed by links to its sections', () => {
  const page = pagesOf().get('strategies/lock.html')!
  expect(page).toContain('<title>lock · cache strategies</title>')
  expect(page).toMatch(
    /<h1>lock<\/h1>\n<nav class="contents" aria-label="Sections"><ul><li><a href="#read">Read<\/a><\/li><\/ul><\/nav>/,
  )
  expect(page).toContain('<a href="/strategies" aria-current="true">Strategies</a>')
})

test('a title with a tag stays text, in the head too', () => {
  const page = pagesOf({ lock: LOCK.replace('# lock', '# <img src=x onerror=alert(1)>') }).get('strategies/lock.html')!
  expect(page).not.toContain('<img')
  expect(page).toContain('<title>&lt;img src=x onerror=alert(1)&gt; · cache strategies</title>')
})

test.each([
  ['other.md', 'docs/strategies/lock.md: no page /strategies/other'],
  ['no-cache.md#price', 'docs/strategies/lock.md: the page /strategies/no-cache has no section #price'],
  ['../races.md#lost', 'docs/strategies/lock.md: the page /races has no section #lost'],
  ['#price', 'docs/strategies/lock.md: the page lock has no section #price'],
])('a link to %s, which does not exist, is an error', (href, message) => {
  expect(() => pagesOf({ lock: `${LOCK}\n\n[x](${href})` })).toThrow(message)
})

test.each([
  [{ readme: README.replace(/\n.*lock\.md.*/, '') }, 'README.md states no guarantee of lock'],
  [
    { readme: README.replace(/(.*)lock(.*)lock(.*)/, '$&\n$1gone$2gone$3') },
    'README.md names gone, which has no page in docs/strategies',
  ],
  [{ readme: README.replace('_Current_', '_Now_') }, 'README.md has no definition'],
  [{ readme: README.replace('TTL 6 s', '') }, 'README.md has no TTL of the comparison'],
  [{ lock: '# lock\n\nNo colon here.' }, 'docs/strategies/lock.md must begin with what it is, and a colon'],
])('what the index can not find is an error: %#', (changes, message) => {
  expect(() => pagesOf(changes)).toThrow(message)
})
