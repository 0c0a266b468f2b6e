/**
 * Traces through one real block the slow and obvious way: bitcoinjs-lib reads the block, an output is a list of units, and
 * nothing of ours is used. The independent answer that `lootline trace` is compared with.
 * @module
 */
import { Block, type Transaction } from 'bitcoinjs-lib'

export interface SlowBlock {
  readonly transactions: readonly Transaction[]
  /** Transactions in a row that spend each other: the first of the longest such chain, and how many. */
  readonly deepest: { readonly txid: string; readonly length: number }
  /** The transaction whose money meets most outputs from outside the block on its way through it. */
  readonly mixed: string
}

export function slowBlock(bytes: Uint8Array): SlowBlock {
  const transactions = Block.fromBuffer(bytes).transactions!
  const chains = new Map<string, { txid: string; length: number }>()
  let deepest = { txid: '', length: 0 }
  for (const transaction of transactions) {
    const txid = transaction.getId()
    let own = { txid, length: 1 }
    for (const { hash } of transaction.ins) {
      const before = chains.get(idOf(hash))
      if (before !== undefined && before.length + 1 > own.length)
        own = { ...before, length: before.length + 1 }
    }
    chains.set(txid, own)
    if (own.length > deepest.length) deepest = own
  }
  return { transactions, deepest, mixed: mostMixed(transactions) }
}

function mostMixed(transactions: readonly Transaction[]): string {
  const ids = transactions.map((each) => each.getId())
  const places = new Map(ids.map((txid, place) => [txid, place]))
  /** -1 for what is outside the block. */
  const sources = transactions.map(({ ins }) => ins.map(({ hash }) => places.get(idOf(hash)) ?? -1))
  let best = { seed: '', met: 0 }
  for (const [start, seed] of ids.entries()) {
    const reached = new Set([start])
    let met = 0
    for (let t = start + 1; t < ids.length; t++) {
      if (!sources[t]!.some((each) => reached.has(each))) continue
      reached.add(t)
      met += sources[t]!.filter((each) => each < 0).length
    }
    if (met > best.met) best = { seed, met }
  }
  return best.seed
}

export type SlowRule = 'fifo' | 'lifo' | 'haircut' | 'poison'

export interface SlowTrace {
  readonly stolen: bigint
  readonly fee: bigint
  /** Stolen units still there, by script in hex. */
  readonly held: Map<string, bigint>
}

/** Units one after another: how many, and whether stolen. */
type Units = readonly { readonly sats: bigint; readonly stolen: boolean }[]

/** @param amountOf of a prevout outside the block */
export function slowTrace(
  { transactions }: SlowBlock,
  seed: string,
  rule: SlowRule,
  amountOf: (txid: string, n: number) => bigint,
): SlowTrace {
  const unspent = new Map<string, { script: string; units: Units }>()
  let stolen = 0n
  let fee = 0n
  for (const transaction of transactions) {
    const txid = transaction.getId()
    const outputs = transaction.outs.map(({ value, script }) => ({ sats: value, script: hexOf(script) }))
    let split: (sats: bigint) => Units
    if (txid === seed) {
      split = (sats) => [{ sats, stolen: true }]
      stolen = outputs.reduce((sum, { sats }) => sum + sats, 0n)
    } else {
      const prevouts = transaction.ins.map(({ hash, index }) => `${idOf(hash)}:${index}`)
      if (!prevouts.some((prevout) => unspent.has(prevout))) continue
      const units = prevouts.flatMap((prevout): Units => {
        const known = unspent.get(prevout)
        unspent.delete(prevout)
        const [from, n] = prevout.split(':') as [string, string]
        return known?.units ?? [{ sats: amountOf(from, Number(n)), stolen: false }]
      })
      split = splitter(rule, units)
    }
    const taken = outputs.map(({ sats }) => split(sats))
    for (const [n, { script }] of outputs.entries())
      if (stolenIn(taken[n]!) > 0n) unspent.set(`${txid}:${n}`, { script, units: taken[n]! })
    // All that is left; of the seed nothing is.
    if (txid !== seed) fee += stolenIn(split(-1n))
  }
  const held = new Map<string, bigint>()
  for (const { script, units } of unspent.values())
    held.set(script, (held.get(script) ?? 0n) + stolenIn(units))
  return { stolen, fee, held }
}

/** Gives each output its units in turn; asked for -1, what is left. */
function splitter(rule: SlowRule, units: Units): (sats: bigint) => Units {
  const total = units.reduce((sum, { sats }) => sum + sats, 0n)
  const tainted = stolenIn(units)
  let given = 0n
  if (rule === 'haircut')
    return (sats) => {
      const upTo = sats < 0n ? total : given + sats
      const share = (tainted * upTo) / total - (tainted * given) / total
      const whole = upTo - given
      given = upTo
      return [
        { sats: share, stolen: true },
        { sats: whole - share, stolen: false },
      ]
    }
  if (rule === 'poison')
    return (sats) => {
      const whole = sats < 0n ? total - given : sats
      given += whole
      return [{ sats: whole, stolen: true }]
    }
  const rest = units.map((each) => ({ ...each }))
  return (sats) => {
    const taken: { sats: bigint; stolen: boolean }[] = []
    let left = sats < 0n ? total : sats
    while (left > 0n && rest.length > 0) {
      const lot = rule === 'fifo' ? rest[0]! : rest.at(-1)!
      const part = lot.sats < left ? lot.sats : left
      const piece = { sats: part, stolen: lot.stolen }
      if (rule === 'fifo') taken.push(piece)
      else taken.unshift(piece)
      lot.sats -= part
      left -= part
      if (lot.sats > 0n) continue
      if (rule === 'fifo') rest.shift()
      else rest.pop()
    }
    return taken
  }
}

function stolenIn(units: Units): bigint {
  return units.reduce((sum, { sats, stolen }) => (stolen ? sum + sats : sum), 0n)
}

function idOf(hash: Uint8Array): string {
  return Buffer.from(hash).reverse().toString('hex')
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
