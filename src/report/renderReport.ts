import type { Flow } from '../trace/flow.ts'
import { formatTime, printable } from '../units/index.ts'
import { type Context, createContext, type ReportOptions, UNNAMED } from './context.ts'
import { escapeHtml, untrusted } from './escape.ts'
import { RULE_TEXTS } from './rules.ts'
import { coverage } from './sections/coverage.ts'
import { flowFigures, timelines } from './sections/figures.ts'
import { hops } from './sections/hops.ts'
import { leaves } from './sections/leaves.ts'
import { method } from './sections/method.ts'
import { balance, summary } from './sections/overview.ts'
import { reproduction } from './sections/reproduction.ts'
import { seeds, seedsTitle } from './sections/seeds.ts'
import { warnings } from './sections/warnings.ts'
import { styles } from './styles.ts'

/** Nothing may be fetched and nothing may run (CSP Level 3): a report is opened from mail and court files. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

/**
 * One self-contained HTML document (docs/formats/report.md) from a flow and nothing else: the same flow and options give
 * the same bytes. Cost: linear in hops and transaction ids; about 300 bytes a hop.
 *
 * @example
 * renderReport(readFlow(text, 'flow.json'), { caseNumber: '2026-17' }).startsWith('<!doctype html>') // true
 */
export function renderReport(flow: Flow, options: ReportOptions = {}): string {
  const context = createContext(flow, options)
  const thefts = [...new Set(flow.balance.map((row) => row.theft))]
  const subject = thefts.length === 1 ? thefts[0]! : `${thefts.length} thefts`
  const answer = context.forward ? 'here the stolen money went' : 'here the money came from'
  const title = printable(
    options.title ?? (subject === UNNAMED ? `W${answer}` : `${subject}: w${answer}`),
    140,
  )
  const page = {
    title,
    caseNumber: options.caseNumber === undefined ? '' : `Case ${options.caseNumber}`,
    footer: `Lootline ${flow.lootline}${options.flowSha256 === undefined ? '' : `, flow ${options.flowSha256.slice(0, 16)}`}`,
  }
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<style>${styles(page)}</style>
</head>
<body>
<a class=skip href="#summary">To the summary</a>
${top(context, title)}
<main>
${[summary, balance, flowFigures, timelines, leaves, hops, seeds, warnings, method, coverage, reproduction]
  .map((section) => section(context))
  .join('\n')}
</main>
<footer>Names of people and services in this report are statements by the sources named beside them. Text that came from chains, labels or files is escaped, and characters that cannot be seen are written out.</footer>
</body>
</html>
`
}

function top(context: Context, title: string): string {
  const { flow, options, forward } = context
  const { firstTime, lastTime } = flow.coverage
  const rows: [string, string][] = [
    ...(options.caseNumber === undefined
      ? []
      : [['Case', untrusted(options.caseNumber)] as [string, string]]),
    ...(options.preparedBy === undefined
      ? []
      : [['Prepared by', untrusted(options.preparedBy)] as [string, string]]),
    ...(options.generatedTime === undefined
      ? []
      : [['Generated', formatTime(options.generatedTime)] as [string, string]]),
    ['Question', forward ? 'Where did the stolen money go?' : 'Where did the money come from?'],
    ['Rule', RULE_TEXTS[flow.rule].name],
    ['Data', `${formatTime(firstTime)} to ${formatTime(lastTime)}`],
    ...(options.flowSha256 === undefined
      ? []
      : [['Flow, SHA-256', `<code>${untrusted(options.flowSha256, 80)}</code>`] as [string, string]]),
  ]
  const contents = [
    ['summary', '1. Summary'],
    ['balance', '2. Balance'],
    ['flow', '3. Flow of the money'],
    ['timeline', '4. Timeline'],
    ['leaves', forward ? '5. Where the money is' : '5. Where the money came from'],
    ['hops', '6. Every hop'],
    ['seeds', `7. ${seedsTitle(context)}`],
    ['warnings', '8. Collisions and look-alikes'],
    ['method', '9. Method'],
    ['coverage', '10. Data'],
    ['reproduction', '11. Reproduction'],
  ]
  return `<header class=top><p class=kicker>Lootline tracing report</p><h1>${untrusted(title, 140)}</h1><dl class=meta>${rows.map(([name, value]) => `<dt>${name}<dd>${value}`).join('')}</dl><nav aria-label="Contents"><ol>${contents.map(([id, name]) => `<li><a href="#${id}">${name}</a>`).join('')}</ol></nav></header>`
}
