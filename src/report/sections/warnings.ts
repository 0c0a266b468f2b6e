import { counted } from '../../scene/index.ts'
import { addressOf, knownAsset } from '../../units/index.ts'
import { address, type Context, txCode } from '../context.ts'
import { untrusted } from '../escape.ts'

/** An address seen at a glance is its first and last four characters; poisoners match those (arXiv 2501.16681). */
const GLANCE = 4
const MAX_LISTED = 200

/** 8. What may mislead. */
export function warnings(context: Context): string {
  const parts = [
    ...collisions(context),
    ...lookAlikes(context),
    ...statements(context),
    ...strangers(context),
  ]
  const none = '<p>None: no money claimed by two thefts, no addresses that look alike, no doubtful match.</p>'
  return `<section id=warnings><h2>8. Collisions and look-alikes</h2>${parts.length === 0 ? none : parts.join('')}</section>`
}

function collisions(context: Context): string[] {
  const rows = context.flow.collisions
  if (rows.length === 0) return []
  const body = rows.map(
    (row) =>
      `<tr><td>${untrusted(row.first)}<td>${untrusted(row.claimant)}<td class=num>${context.amount(row.asset, row.amount)}<td>${address(context, row.holder)}<br>${txCode(row.txid)}`,
  )
  return [
    `<h3>Money claimed twice</h3><p>A later theft claims money that an earlier one had already tainted. The first claim stays; the later one is short by the amount.</p><table><caption>${counted(rows.length, 'collision')}</caption><thead><tr><th scope=col>Stays with<th scope=col>Also claimed by<th scope=col class=num>Amount<th scope=col>Holder and transaction</thead><tbody>${body.join('')}</tbody></table>`,
  ]
}

/** Different addresses of this flow that a reader comparing both ends would take for one. */
function lookAlikes(context: Context): string[] {
  const { flow } = context
  const groups = new Map<string, Set<string>>()
  const note = (holder: string): void => {
    const own = addressOf(holder)
    if (own === 'none') return
    const body = own.replace(/^(0x|bc1[qp]|ltc1q|[13T])/, '').toLowerCase()
    if (body.length < 4 * GLANCE) return
    const key = `${body.slice(0, GLANCE)} ${body.slice(-GLANCE)}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, new Set([own]))
    else group.add(own)
  }
  for (const hop of flow.hops) {
    note(hop.from)
    note(hop.to)
  }
  for (const seed of flow.seeds) note(seed.holder)
  const alike = [...groups.values()].filter((group) => group.size > 1)
  if (alike.length === 0) return []
  const items = alike
    .slice(0, MAX_LISTED)
    .map((group) => `<li>${[...group].map((own) => `<code>${untrusted(own, 200)}</code>`).join('<br>')}`)
  return [
    `<h3>Addresses that look alike</h3><p>${counted(alike.length, 'group')} of different addresses share their first and last ${GLANCE} characters${alike.length > MAX_LISTED ? `; the first ${MAX_LISTED} are listed` : ''}. Address poisoning makes such pairs on purpose. Compare every character.</p><ul class=plain>${items.join('')}</ul>`,
  ]
}

function statements(context: Context): string[] {
  const caseless = context.flow.holders.filter((row) => row.labels.some((label) => label.caseInsensitive))
  const split = context.flow.holders.filter(
    (row) => new Set(row.labels.flatMap((label) => (label.entity === null ? [] : [label.entity]))).size > 1,
  )
  const list = (rows: typeof caseless): string =>
    `<ul class=plain>${rows
      .slice(0, MAX_LISTED)
      .map(
        (row) =>
          `<li>${address(context, row.holder)}: ${row.labels.map((label) => untrusted(label.name, 80)).join('; ')}`,
      )
      .join('')}</ul>`
  const out: string[] = []
  if (caseless.length > 0) {
    out.push(
      `<h3>Matched without upper and lower case</h3><p>${counted(caseless.length, 'address', 'addresses')}: the source lost the case of the letters, and another address could differ in it alone.</p>${list(caseless)}`,
    )
  }
  if (split.length > 0) {
    out.push(
      `<h3>Sources that disagree</h3><p>${counted(split.length, 'address', 'addresses')} with statements that name different owners.</p>${list(split)}`,
    )
  }
  return out
}

/** Assets outside our table: their names prove nothing. */
function strangers(context: Context): string[] {
  const rows = context.flow.assets.filter((row) => !row.known && knownAsset(row.asset) === undefined)
  if (rows.length === 0) return []
  const items = rows.map(
    (row) => `<li>${untrusted(row.symbol, 40)}: <code>${untrusted(row.asset, 200)}</code>`,
  )
  return [
    `<h3>Unknown assets</h3><p>Anyone can issue a token under any name. These are told apart by contract, and never valued.</p><ul class=plain>${items.join('')}</ul>`,
  ]
}
