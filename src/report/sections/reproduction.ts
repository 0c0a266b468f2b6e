import type { Context } from '../context.ts'
import { untrusted } from '../escape.ts'

/** 11. How another person gets the same figures. */
export function reproduction({ flow, options }: Context): string {
  const settings = [
    `--rule ${flow.rule}`,
    flow.direction === 'backward' ? '--backward' : '',
    flow.options.maxHops === null ? '' : `--max-hops ${flow.options.maxHops}`,
    flow.options.dust === null ? '' : `--dust ${flow.options.dust}`,
    flow.options.until === null ? '' : `--until ${new Date(flow.options.until * 1000).toISOString()}`,
  ].filter(Boolean)
  const hash =
    options.flowSha256 === undefined
      ? '<p>The SHA-256 of the flow file was not given.</p>'
      : `<p>This report was made from one flow file and from nothing else. SHA-256 of that file:<br><code>${untrusted(options.flowSha256, 80)}</code></p>`
  return `<section id=reproduction><h2>11. Reproduction</h2>${hash}<p>Made by Lootline ${untrusted(flow.lootline, 40)}. With the sources of section 10 imported, the same version gives the same flow, byte for byte; the same flow gives this report, byte for byte, but for a printed date.</p><pre><code>lootline trace ${untrusted(settings.join(' '), 400)} … --out flow.json
lootline report flow.json --out report.html</code></pre></section>`
}
