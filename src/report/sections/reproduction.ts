import { formatAmount, formatTime } from '../../units/index.ts'
import type { Context } from '../context.ts'
import { untrusted } from '../escape.ts'

/** 11. How another person gets the same figures. */
export function reproduction({ flow, options }: Context): string {
  const set = flow.options
  const asset = flow.assets.length === 1 ? flow.assets[0] : undefined
  const command = [
    'lootline trace',
    flow.direction === 'backward' ? '--backward --of …' : '--from …',
    `--rule ${flow.rule}`,
    set.maxHops === null ? '' : `--max-hops ${set.maxHops}`,
    set.dust === null
      ? ''
      : `--dust ${asset === undefined ? '…' : formatAmount(BigInt(set.dust), asset.decimals)}`,
    set.until === null ? '' : `--until '${formatTime(set.until)}'`,
    `--busy ${set.busy}`,
    `--min-confidence ${set.minConfidence}`,
    set.seedMode === 'auto' ? '' : `--seed ${set.seedMode}`,
    set.passThrough.length === 0 ? '' : '--pass …',
    set.followSwaps ? '' : '--no-swaps',
    set.refuseSwaps.length === 0 ? '' : '--refuse-swap …',
    set.followCrossings ? '' : '--no-crossings',
    '--out flow.json',
  ].filter(Boolean)
  const hash =
    options.flowSha256 === undefined
      ? '<p>The SHA-256 of the flow file was not given.</p>'
      : `<p>This report was made from one flow file and from nothing else. SHA-256 of that file:<br><code>${untrusted(options.flowSha256, 80)}</code></p>`
  return `<section id=reproduction><h2>11. Reproduction</h2>${hash}<p>Made by Lootline ${untrusted(flow.lootline, 40)}. With the sources of section 10 imported, the same version gives the same flow, byte for byte; the same flow gives this report, byte for byte, but for a printed date.</p><pre><code>${untrusted(command.join(' '), 400)}
lootline report flow.json --out report.html</code></pre></section>`
}
