import { counted, reasonName } from '../../scene/index.ts'
import type { FlowHop } from '../../trace/flow.ts'
import { formatDay, formatGrouped, formatTime } from '../../units/index.ts'
import { address, type Context, decimal, onChain, txCode } from '../context.ts'
import { untrusted } from '../escape.ts'

/** Above this, addresses are listed once and hops name them by number: 100,000 hops stay near 20 MB instead of 45. */
const REGISTER_ABOVE = 5000

/** 6. Every hop, by day. */
export function hops(context: Context): string {
  const { flow } = context
  const register = flow.hops.length > REGISTER_ABOVE ? numberHolders(flow.hops) : null
  const groups = new Map<string, FlowHop[]>()
  for (const hop of flow.hops) {
    const key = JSON.stringify([hop.theft, hop.asset, hop.time === null ? '' : formatDay(hop.time)])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [hop])
    else group.push(hop)
  }
  const thefts = new Set(flow.balance.map((row) => row.theft)).size
  const tables = [...groups.values()].map((group) => day(context, group, thefts > 1, register))
  const intro = `${counted(flow.hops.length, 'hop')}: every transfer in which stolen money moved from one holder to another, complete, by day (UTC). The amount is its stolen part; below it stands the whole transfer of which it is part.`
  return `<section id=hops><h2>6. Every hop</h2><p>${intro}</p>${register === null ? '' : registerTable(context, register)}${tables.join('')}</section>`
}

function day(
  context: Context,
  group: readonly FlowHop[],
  nameTheft: boolean,
  register: ReadonlyMap<string, number> | null,
): string {
  const head = group[0]!
  const decimals = context.decimals(head.asset)
  const symbol = context.symbol(head.asset)
  const when = head.time === null ? 'Time unknown' : formatDay(head.time)
  const theft = nameTheft ? `${untrusted(head.theft)}, ` : ''
  const asset = context.flow.assets.length > 1 ? `, ${symbol}${onChain(context, head.asset)}` : ''
  const caption = `${theft}${when}${asset}: ${counted(group.length, 'hop')}`
  const rows = group.map((hop) => row(context, hop, decimals, register))
  return `<table class=hops><caption>${caption}</caption><thead><tr><th scope=col>Time<th scope=col>Transaction, from → to<th scope=col class=num>${symbol}, of</thead><tbody>${rows.join('')}</tbody></table>\n`
}

function row(
  context: Context,
  hop: FlowHop,
  decimals: number,
  register: ReadonlyMap<string, number> | null,
): string {
  const clock =
    hop.time === null
      ? hop.height === null
        ? '–'
        : `block ${formatGrouped(BigInt(hop.height), 0)}`
      : formatTime(hop.time).slice(11, 19)
  const stop = hop.stop === undefined ? '' : `<br><i>${reasonName(hop.stop, context.flow.direction)}</i>`
  // The head of the table says on which chain.
  const name = (holder: string): string =>
    register === null ? address({ ...context, chains: 1 }, holder) : `<b>A${String(register.get(holder))}</b>`
  return `<tr><td>${clock}${stop}<td>${txCode(hop.txid)}<br>${name(hop.from)} → ${hop.stop === 'fee' ? 'transaction fee' : name(hop.to)}<td>${decimal(BigInt(hop.amount), decimals)}<br><i>${hop.of === hop.amount ? 'whole' : decimal(BigInt(hop.of), decimals)}</i>`
}

function numberHolders(hopsOf: readonly FlowHop[]): Map<string, number> {
  const numbers = new Map<string, number>()
  for (const hop of hopsOf) {
    for (const holder of [hop.from, hop.to]) if (!numbers.has(holder)) numbers.set(holder, numbers.size + 1)
  }
  return numbers
}

function registerTable(context: Context, register: ReadonlyMap<string, number>): string {
  const rows = [...register].map(([holder, number]) => {
    const label = context.labels(holder)[0]
    return `<tr><td>A${number}<td>${address(context, holder)}<td>${label === undefined ? '' : untrusted(label.name, 60)}`
  })
  return `<details><summary>Register of ${counted(register.size, 'address', 'addresses')} that the hops name by number</summary><table class=register><caption>Addresses by number</caption><thead><tr><th scope=col>No.<th scope=col>Address<th scope=col>Name, as stated</thead><tbody>${rows.join('')}</tbody></table></details>`
}
