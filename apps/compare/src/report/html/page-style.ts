import { hueStyle } from './look.ts'
import { Html } from './template.ts'

/** The page's complete style, without external fonts or images. */
export function pageStyle(): Html {
  return new Html(`${hueStyle().source}${STYLE}`)
}

const STYLE = `
:root{color-scheme:light;--paper:#fff;--text:#1d1f23;--muted:#5c6370;--line:#d5d8dd;--band:#f4f5f7;--alarm:#b3261e;--alarm-paper:#fdecea;--good:#00694b;--best-paper:#e3f3ec;--equal-paper:#f0f4f8}
@media screen and (prefers-color-scheme:dark){:root{color-scheme:dark;--paper:#15171a;--text:#e8e8e8;--muted:#a2a9b4;--line:#373b42;--band:#1f2227;--alarm:#ff8a80;--alarm-paper:#3a1b19;--good:#5fd3a8;--best-paper:#163629;--equal-paper:#20272f}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main{max-width:1440px;margin:0 auto;padding:1rem}
h1{font-size:1.5rem;line-height:1.25;margin:.5rem 0}
h2{font-size:1.2rem;margin:2.5rem 0 .5rem;padding-top:.75rem;border-top:1px solid var(--line)}
p,ul{max-width:75ch;overflow-wrap:anywhere}
nav{color:var(--muted);font-size:.9rem}
a{color:inherit}
#answer h2{margin-top:.5rem;border-top:0;padding-top:0}
.contents{color:var(--muted);font-size:.9rem}
.answers{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:.6rem;margin:.6rem 0}
.answer{border:1px solid var(--line);border-radius:6px;padding:.5rem .7rem;font-size:.88rem;line-height:1.4;overflow-wrap:anywhere}
.answer h3{font-size:1em;margin:0}
.answer h3 small{font-weight:400;color:var(--muted)}
.answer p{margin:0;max-width:none}
#answer>p{max-width:120ch}
#answer pre{white-space:pre-wrap;overflow-wrap:anywhere}
.figure{white-space:nowrap}
.answer .use{font-size:1.25em;font-weight:700}
.answer .effect{font-weight:600}
.answer .others{color:var(--muted);font-size:.93em}
.alarm{color:var(--alarm);font-weight:600}
.good{color:var(--good)}
p.alarm{background:var(--alarm-paper);border-left:4px solid var(--alarm);padding:.4rem .75rem;margin:.5rem 0}
.scroll{position:relative;overflow-x:auto;max-width:100%;margin:1rem 0}
.scroll:focus-visible{outline:2px solid var(--blue)}
table{border-collapse:collapse;font-size:.78rem;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:600;padding:.25rem 0;white-space:nowrap}
th,td{padding:.2rem .3rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
thead th{vertical-align:bottom;border-bottom:2px solid var(--line);font-weight:600;min-width:4.2rem}
tbody th{font-weight:600;white-space:nowrap;position:sticky;left:0;background:var(--paper)}
table.figures td,table.figures thead th:not(:first-child){text-align:right}
table.figures td{white-space:nowrap}
table.words td{min-width:5rem;max-width:45ch}
td small{display:block;color:var(--muted);font-size:.9em}
td.best{background:var(--best-paper);font-weight:700}
td.equal{background:var(--equal-paper)}
td.alarm{background:var(--alarm-paper)}
td.best small,td.alarm small{font-weight:400}
.swatch{display:inline-block;width:.7em;height:.7em;margin-right:.45em;border-radius:2px}
pre{overflow-x:auto;background:var(--band);padding:.6rem .8rem;font-size:.8rem;margin:.25rem 0 1rem}
figure{margin:1rem 0}
figcaption{font-size:.9rem;color:var(--muted);max-width:80ch;margin-bottom:.4rem}
.plot{display:block;max-width:100%;height:auto}
.plot text{white-space:pre}
.halo{fill:var(--text);stroke:var(--paper);stroke-width:3px;stroke-linejoin:round;paint-order:stroke}
.panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,215px),1fr));gap:.75rem}
.panels h3{font-size:.85rem;margin:0}
.beside{display:flex;flex-wrap:wrap;gap:0 2rem;align-items:flex-start}
.beside>*{min-width:0}
.narrow{display:none}
@media screen and (max-width:700px){.narrow{display:block}.wide{display:none}main{padding:.75rem}.answers{grid-template-columns:minmax(0,1fr);gap:.35rem}.answer{font-size:.74rem;line-height:1.28;padding:.25rem .5rem}#answer>p{font-size:.78rem;line-height:1.3;margin:.3rem 0}h1{font-size:1.05rem;margin:.1rem 0}#answer h2{font-size:1rem;margin:.1rem 0}.contents{font-size:.75rem}}
.visually-hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media print{
@page{size:A4 landscape;margin:12mm}
html{font-size:11px}body{font-size:1rem;print-color-adjust:exact;-webkit-print-color-adjust:exact}
main{max-width:none;padding:0}
nav{display:none}
.scroll{overflow:visible;margin:.5rem 0}
th,td{padding:.15rem .3rem}thead th{min-width:0}
tbody th{position:static}
tr,figure.whole,.panel,pre{break-inside:avoid}
h2,caption,figcaption{break-after:avoid}
pre{white-space:pre-wrap}
.panels{grid-template-columns:repeat(5,1fr)}
}
`
