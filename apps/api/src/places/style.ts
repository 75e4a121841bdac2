/** The complete style, inlined: the page loads nothing else. */
export const style = `
:root {
  color-scheme: light dark;
  --ink: #1c2430; --soft: #5a6675; --paper: #f6f7f9; --card: #ffffff; --line: #dde2e8; --accent: #0b5cad;
}
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e8ee; --soft: #9aa7b6; --paper: #12161c; --card: #1a2028; --line: #2c3541; --accent: #7ab8f5; }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 76rem; padding: 1.5rem 1.25rem 3rem;
  font: 1rem/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper);
}
header { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: baseline; justify-content: space-between; }
h1 { margin: 0; font-size: 1.6rem; letter-spacing: -.01em; overflow-wrap: anywhere; }
h2 { margin: 0 0 .75rem; font-size: 1.15rem; }
h3 { margin: 0; font-size: 1.02rem; overflow-wrap: anywhere; }
p { margin: .35rem 0 0; overflow-wrap: anywhere; }
a { color: var(--accent); text-decoration: none; }
a:hover, a:focus-visible { text-decoration: underline; }
.greeting { margin: 0; font-size: 1.1rem; }
nav { display: flex; flex-wrap: wrap; gap: .4rem; align-items: baseline; margin: 1rem 0 1.5rem; }
nav span { color: var(--soft); margin-right: .35rem; }
nav a { padding: .15rem .7rem; border: 1px solid var(--line); border-radius: 1rem; background: var(--card); }
nav a[aria-current] { color: var(--card); background: var(--accent); border-color: var(--accent); }
main { display: grid; gap: 1.5rem; grid-template-columns: minmax(0, 1fr); align-items: start; }
@media (min-width: 62rem) { main { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); } }
section { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1.1rem 1.25rem; }
article { padding: .8rem 0; border-top: 1px solid var(--line); }
.by { color: var(--soft); font-size: .88rem; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .92rem; }
th, td { padding: .4rem .6rem .4rem 0; text-align: left; vertical-align: top; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--soft); font-weight: 500; }
tbody th { font-weight: 600; white-space: nowrap; }
td:nth-child(2), td:nth-child(3), thead th:nth-child(2), thead th:nth-child(3) { text-align: right; font-variant-numeric: tabular-nums; }
td:nth-child(4), thead th:nth-child(4) { padding-left: .6rem; }
.next { margin-top: 1rem; }
footer { margin-top: 2rem; color: var(--soft); font-size: .88rem; }
code { font: .92em ui-monospace, monospace; }
`
