/**
 * What was told in a soak against what happened: everything, once, under one kind.
 * @module
 */
import type { Alert } from '../src/watch/index.ts'
import { type Payment, SERVICE } from './soakChain.ts'

/** Under which kinds a transaction's payments are told: change is not moved, but where nothing else is. */
function kindsOf({ coins, keys }: Payment): ('moved' | 'arrived')[] {
  const arrives = keys.includes(SERVICE)
  const goesOn = !arrives || keys.some((key) => key !== SERVICE && coins.every((coin) => coin.key !== key))
  return [...(goesOn ? ['moved' as const] : []), ...(arrives ? ['arrived' as const] : [])]
}

function classOf(kind: Alert['kind']): string {
  return kind === 'split' ? 'moved' : kind
}

/** Events of the chain of which no alert tells. */
export function missing(
  alerts: Iterable<Alert>,
  chain: readonly string[],
  all: ReadonlyMap<string, Payment>,
): string[] {
  const told = new Set([...alerts].map(({ kind, txid }) => `${classOf(kind)} ${txid}`))
  return chain
    .flatMap((id) => kindsOf(all.get(id)!).map((kind) => `${kind} ${id}`))
    .filter((event) => !told.has(event))
}

/** Everything that is wrong with what was told, as sentences. */
export function judge(
  alerts: readonly Alert[],
  chain: readonly string[],
  all: ReadonlyMap<string, Payment>,
): string[] {
  const wrong = missing(alerts, chain, all).map((event) => `missed: ${event}`)
  const identities = new Map<string, string>()
  const holds = new Map<string, boolean>()
  for (const { kind, txid, to, by, about, key } of alerts.toSorted((a, b) => a.sequence - b.sequence)) {
    if (kind === 'reversed' || kind === 'restored') {
      if ((holds.get(about!) ?? true) === (kind === 'restored')) wrong.push(`${kind} out of turn: ${about}`)
      holds.set(about!, kind === 'restored')
      continue
    }
    const what = classOf(kind)
    const identity = JSON.stringify([what, txid, what === 'arrived' ? to[0]!.holder : null, by])
    if (identities.has(identity)) wrong.push(`told under two keys: ${identity}`)
    identities.set(identity, key)
  }
  const inChain = new Set(chain)
  for (const { kind, txid, key } of alerts) {
    const what = classOf(kind)
    if (what !== 'moved' && what !== 'arrived') continue
    if (!kindsOf(all.get(txid!)!).includes(what)) wrong.push(`told under the wrong kind: ${kind} ${txid}`)
    if ((holds.get(key) ?? true) !== inChain.has(txid!))
      wrong.push(`${inChain.has(txid!) ? 'said to be reversed' : 'not said to be reversed'}: ${kind} ${txid}`)
  }
  return wrong
}
