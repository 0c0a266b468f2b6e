/**
 * The style sheet: screen in light and dark, paper in black on white. No font, image or script is fetched.
 * @module
 */
import { REASON_LOOKS } from '../scene/index.ts'
import { cssString } from './escape.ts'

/** Running header and footer of each printed page. */
export interface PageText {
  readonly title: string
  readonly caseNumber: string
  readonly footer: string
}

export function styles(page: PageText): string {
  return `${theme()}${BASE}${FIGURES}${TABLES}${NARROW}${print(page)}`
}

function theme(): string {
  const looks = Object.entries(REASON_LOOKS)
    .map(([reason, look]) => `.r-${reason}{--c:${look.color}}`)
    .join('')
  return `:root{color-scheme:light dark;--paper:#fff;--ink:#16191d;--soft:#515962;--line:#d5d9de;--faint:#f4f6f8;--accent:#0a4f8a;--move:#7d8b99;--warn:#8a2c0d;--warnbg:#fdf3ee;--none:#8d99a5}
${looks}.r-none{--c:var(--none)}
@media screen and (prefers-color-scheme:dark){:root{--paper:#14171b;--ink:#e9ebee;--soft:#a9b2bc;--line:#363d45;--faint:#1c2026;--accent:#8fc4f5;--move:#7f8c99;--warn:#ffb59a;--warnbg:#2a1c16;--none:#76828e}.r-sanctioned{--c:#f2f2f2}.r-held{--c:#3a9bd9}}
`
}

const BASE = `*{box-sizing:border-box}
html{font:16px/1.55 "Helvetica Neue",Arial,"Liberation Sans",sans-serif;background:var(--paper);color:var(--ink);overflow-wrap:break-word;-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0 auto;padding:2.5rem 1.5rem 4rem;max-width:68rem}
header.top{border-top:4px solid var(--ink);padding-top:1.1rem}
.kicker{margin:0;font-size:.8125rem;letter-spacing:.08em;text-transform:uppercase;color:var(--soft)}
h1{font-size:1.9rem;line-height:1.2;letter-spacing:-.012em;margin:.3rem 0 1.2rem;font-weight:700;overflow-wrap:anywhere}
h2{font-size:1.3rem;line-height:1.3;margin:0 0 .9rem;font-weight:700;letter-spacing:-.005em}
h3{font-size:1rem;margin:1.8rem 0 .4rem;font-weight:700}
section{margin-top:2.75rem;padding-top:1.4rem;border-top:1px solid var(--line)}
p{margin:.5rem 0;max-width:46rem}
ul{margin:.5rem 0;padding-left:1.25rem}
li{margin:.15rem 0}
a{color:var(--accent);text-underline-offset:.15em}
a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:2px}
.skip{position:absolute;left:-99rem}.skip:focus{position:static}
code,pre{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace;font-size:.8125em;overflow-wrap:anywhere;font-variant-ligatures:none}
pre{background:var(--faint);padding:.8rem 1rem;white-space:pre-wrap;border-radius:4px}
bdi{overflow-wrap:break-word}td bdi,th bdi{overflow-wrap:anywhere}thead bdi{overflow-wrap:break-word}
.long{display:inline-block;max-width:14rem;white-space:normal;overflow-wrap:anywhere}
.n,.num,.when{font-variant-numeric:tabular-nums}
.fine{font-size:.85em;color:var(--soft)}
.muted,.sub{color:var(--soft);font-weight:400}
.sub{font-size:.875rem;margin:.3rem 0}
.unpriced{font-style:italic;color:var(--soft)}
.unseen{font-style:normal;font-size:.75em;border:1px solid var(--warn);color:var(--warn);border-radius:3px;padding:0 .2em;margin:0 .1em}
.tag{display:inline-block;border:1px solid currentColor;border-radius:3px;font-size:.75rem;line-height:1.3;padding:0 .3em;font-weight:400}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
dl.meta{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1.4rem;margin:0;font-size:.9375rem}
dl.meta dt{color:var(--soft)}dl.meta dd{margin:0;overflow-wrap:anywhere;min-width:0}
dl.rows{margin:.5rem 0;max-width:46rem}dl.rows dt{font-weight:700;margin-top:.8rem}dl.rows dd{margin:.1rem 0 0}
nav{margin-top:1.6rem;font-size:.9375rem}nav ol{list-style:none;margin:0;padding:0;columns:14rem 3;column-gap:2rem}nav li{break-inside:avoid;margin:0;padding:.15rem 0}
nav a{text-decoration:none}nav a:hover{text-decoration:underline}
.lead{font-size:1.0625rem;margin-top:1rem}.figure{white-space:nowrap}
ul.places{list-style:none;padding:0;margin:.8rem 0;display:grid;grid-template-columns:max-content max-content max-content 1fr;border-bottom:1px solid var(--line)}
ul.places li{display:grid;grid-template-columns:subgrid;grid-column:1/-1;gap:0 .9rem;padding:.42rem 0;margin:0;border-top:1px solid var(--line);align-items:baseline}
.amt{text-align:right;font-variant-numeric:tabular-nums;font-weight:700}.share{text-align:right;font-variant-numeric:tabular-nums;color:var(--soft)}.what{grid-column:4}
p.check{font-size:.9375rem}
.note,.warning{border-left:4px solid var(--warn);background:var(--warnbg);padding:.7rem 1rem;margin:1.3rem 0;max-width:46rem}.note p:first-child{margin-top:0}.note ul{margin-bottom:0}
.glyph{vertical-align:-.08em;fill:var(--c);stroke:var(--ink);stroke-width:1;stroke-linejoin:round}.glyph .hollow{fill:none;stroke-width:1.5}
svg.glyph{width:.8em;height:.8em;overflow:visible}
details{margin:.4rem 0}summary{cursor:pointer;font-size:.875rem;color:var(--accent);width:fit-content}
ul.plain{list-style:none;padding:0;font-size:.9375rem}
ul.txids{list-style:none;margin:.2rem 0;padding:0;columns:30rem 2;column-gap:1.2rem;font-size:.8125rem;line-height:1.45}ul.txids li{margin:0;break-inside:avoid}
.few{display:flex;gap:.6rem;align-items:baseline;font-size:.8125rem}.few .txids{columns:auto;flex:1 1 16rem;min-width:0}.few{flex-wrap:wrap}
footer{margin-top:3rem;border-top:1px solid var(--line);padding-top:.8rem;font-size:.8125rem;color:var(--soft)}
`

const FIGURES = `figure{margin:1.2rem 0 2rem}
figcaption{font-weight:700;font-size:.9375rem;margin-bottom:.5rem}
.scroll{overflow-x:auto}
.scene{display:block;height:auto;max-width:100%;min-width:52rem;font-family:"Helvetica Neue",Arial,"Liberation Sans",sans-serif}
.scene text{fill:var(--ink);font-variant-numeric:tabular-nums}.scene .name,.scene .heading{font-weight:700}.scene .note,.scene .tick,.scene .heading{fill:var(--soft)}
.band{fill:var(--c);fill-opacity:.42}.band.r-none{fill:var(--move);fill-opacity:.38}.band:hover{fill-opacity:.8}
.arc{fill:none;stroke:var(--soft);stroke-width:1.1;stroke-dasharray:4 3}.arrowhead{fill:var(--soft)}.arc:hover{stroke:var(--ink);stroke-width:2}
.box{fill:var(--paper);stroke:var(--soft);stroke-width:1}.card.seed .box{stroke:var(--ink);stroke-width:2}.card.leaf .box{stroke:var(--c);stroke-width:2}.card.more .box{stroke-dasharray:3 2}.card.chain .box{stroke-width:1.5}
.card.r-none .behind,.behind{stroke-width:1!important}
.bar .fill{fill:var(--c);stroke:var(--ink);stroke-width:.6}.bar.r-none .fill{fill:var(--move)}.swatch{width:1.5em;height:.9em;vertical-align:-.1em}.hatch{stroke:var(--paper);stroke-width:1.3;fill:none}.grid{stroke:var(--line);fill:none}
ul.legend{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.2rem 1.3rem;font-size:.875rem;margin:.6rem 0 1rem}
ul.notes{font-size:.875rem;color:var(--soft);margin-top:.6rem}
`

const TABLES = `table{border-collapse:collapse;width:100%;margin:1rem 0 1.8rem;font-size:.875rem;line-height:1.45}
caption{text-align:left;font-weight:700;font-size:.9375rem;padding-bottom:.4rem;overflow-wrap:anywhere}
th,td{text-align:left;vertical-align:top;padding:.42rem .9rem .42rem 0;border-bottom:1px solid var(--line)}
th:last-child,td:last-child{padding-right:0}
thead th{font-size:.8125rem;color:var(--soft);font-weight:400;vertical-align:bottom;border-bottom:1.5px solid var(--ink)}
tbody th{font-weight:400}
.num{text-align:right}
.when{white-space:nowrap;font-size:.8125rem}
tfoot th,tfoot td{font-weight:700;border-bottom:0;padding-bottom:.15rem}tfoot tr:first-child>*{border-top:1.5px solid var(--ink)}tfoot tr.check>*{border-top:1px solid var(--line);border-bottom:3px double var(--ink);padding-bottom:.42rem}
.pad{visibility:hidden}.leaves td.num,.small td.num{white-space:nowrap}.balance td.num{white-space:nowrap}.barcell{width:26%;min-width:4rem}
.sharebar{display:block;border-bottom:.7em solid var(--c);min-width:1px;margin-top:.35em}
.leaves tbody th{width:42%}.changes tbody th{width:auto}.changes p{max-width:none}.changes td:nth-child(3){min-width:9rem}.leaves tr:first-child>*{border-bottom:0;padding-bottom:.1rem}.leaves tr.txs td{padding-top:0}
.basis{list-style:none;padding:0;margin:.1rem 0;font-size:.8125rem;color:var(--soft);line-height:1.4}
.basis details{margin:0}.basis summary{font-size:.8125rem}
.reason{white-space:nowrap}
.hops{font-size:.8125rem;line-height:1.4;margin:.8rem 0 1.4rem}.hops td{padding:.22rem .8rem .22rem 0}.hops td:first-child,.hops th:first-child{width:5.2rem;font-variant-numeric:tabular-nums}.hops td:last-child{text-align:right;padding-right:0;font-variant-numeric:tabular-nums;width:10rem}.hops i{font-style:normal;color:var(--soft)}.hops b{font-weight:400;font-variant-numeric:tabular-nums}.hops code{font-size:.92em}
.hops{content-visibility:auto;contain-intrinsic-size:auto 400px}
.sources tbody th{width:54%}.sources td:nth-child(3){min-width:6.2rem}.keys th{width:60%}.keys td{font-variant-numeric:tabular-nums}
`

const NARROW = `@media screen and (max-width:56rem){body{padding:1.2rem 1rem 3rem}h1{font-size:1.5rem}dl.meta{grid-template-columns:1fr;gap:0}dl.meta dd{margin-bottom:.5rem}.figure{white-space:normal}.long{max-width:11rem}
ul.places{grid-template-columns:max-content 1fr max-content}.what{grid-column:2/-1}.amt{text-align:left}
.leaves,.leaves caption,.leaves tbody,.leaves tr,.leaves th,.leaves td,.sources,.sources tbody,.sources tr,.sources th,.sources td{display:block;width:auto!important}.leaves thead,.sources thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.leaves th,.leaves td,.sources th,.sources td{border-bottom:0;padding:.1rem 0;text-align:left;white-space:normal}.leaves tbody,.sources tr{border-bottom:1px solid var(--line);padding:.5rem 0}
.leaves td[data-h]::before{content:attr(data-h) ": ";color:var(--soft);font-size:.8125rem}.pad{display:none}.barcell{display:none}th,td{padding-right:.6rem}.num{white-space:normal!important;overflow-wrap:anywhere}td,th{overflow-wrap:anywhere}
.hops td:first-child,.hops th:first-child{width:4.2rem}.hops td:last-child,.hops th:last-child{width:5.5rem}.txids{columns:auto}}
`

function print(page: PageText): string {
  return `@page{size:A4;margin:20mm 14mm 18mm;@top-left{content:${cssString(page.title)};font:8pt Arial,"Liberation Sans",sans-serif;color:#444}@top-right{content:${cssString(page.caseNumber)};font:8pt Arial,"Liberation Sans",sans-serif;color:#444}@bottom-left{content:${cssString(page.footer)};font:8pt Arial,"Liberation Sans",sans-serif;color:#444}@bottom-right{content:"Page " counter(page) " of " counter(pages);font:8pt Arial,"Liberation Sans",sans-serif;color:#444}}
@page wide{size:A4 landscape}
@media print{:root{color-scheme:light;--paper:#fff;--ink:#000;--soft:#444;--line:#bbb;--faint:#fff;--accent:#000;--warn:#000;--warnbg:#fff;--move:#777;--none:#888}
html{font-size:10pt;line-height:1.4}body{padding:0;max-width:none}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
.skip,nav{display:none}a{text-decoration:none}
section{margin-top:8mm;padding-top:4mm}h1{font-size:20pt}h2{font-size:13pt}h2,h3,caption,figcaption,summary,thead,.legend{break-after:avoid}
.landscape{page:wide;border-top:0;padding-top:0;margin-top:0}.scroll{overflow:visible}.scene{min-width:0;max-height:140mm;margin:0 auto}figure{margin:2mm 0}ul.legend{margin:1mm 0}.scene,.balance{break-inside:avoid}
details::details-content{content-visibility:visible!important;display:block!important;height:auto!important}details>summary{list-style:none;color:#000}
table{font-size:8.5pt}thead{display:table-header-group}tfoot{display:table-row-group}tr{break-inside:avoid}.leaves tr:first-child{break-after:avoid}.leaves tr.txs{break-inside:auto}
.note,.warning{break-inside:avoid}
.hops{content-visibility:visible;font-size:7.2pt;line-height:1.35}.hops code{font-size:6.9pt}.hops td{padding:.6mm 3mm .6mm 0}.hops td:first-child,.hops th:first-child{width:14mm}.hops td:last-child{width:32mm}
ul.txids{columns:2;column-gap:4mm;font-size:6.4pt}ul.txids code{font-size:6.3pt}.leaves code{font-size:7.6pt}.txids code{font-size:6.3pt!important}.register code{font-size:7.4pt}
p,dl.rows,.note,.warning{max-width:none}}
`
}
