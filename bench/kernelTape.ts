/**
 * Seeded tapes for timing the tracing rules.
 * @module
 */
import { FIRST_THEFT, NO_POOL, type Tape } from '../src/trace/tape.ts'

/** Units of each theft: 10,000 bitcoin in satoshis. */
const STOLEN = 1e12
const SEED = 20260101

/** Marsaglia-style 32-bit generator, mulberry32 by Tommy Ettinger (public domain): the same numbers on every run. */
function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

interface Legs {
  readonly starts: Uint32Array
  readonly pool: Uint32Array
  readonly amount: Float64Array
}

function tapeOf(
  model: Tape['model'],
  stolen: number,
  ops: number,
  pools: number,
  debits: Legs,
  credits: Legs,
): Tape<Float64Array> {
  const none = new Uint32Array(0)
  const thefts = Array.from({ length: stolen }, (_, theft) => theft)
  return {
    model,
    n: ops,
    pools,
    thefts: stolen,
    debitStarts: debits.starts,
    debitPool: debits.pool.slice(0, debits.starts[ops]),
    debitAmount: debits.amount.slice(0, debits.starts[ops]),
    creditStarts: credits.starts,
    creditPool: credits.pool.slice(0, credits.starts[ops]),
    creditAmount: credits.amount.slice(0, credits.starts[ops]),
    opening: new Float64Array(pools),
    stop: new Uint8Array(pools),
    seeds: {
      credit: Uint32Array.from(thefts),
      label: Uint16Array.from(thefts, (theft) => FIRST_THEFT + theft),
      amount: Float64Array.from(thefts, () => STOLEN),
    },
    missing: { pool: none, label: new Uint16Array(0), fromOp: none, toOp: none, amount: new Float64Array(0) },
    dust: 0,
  }
}

function newLegs(ops: number, legs: number): Legs {
  return { starts: new Uint32Array(ops + 1), pool: new Uint32Array(legs), amount: new Float64Array(legs) }
}

/**
 * `ops` transfers: first the thefts, then a random one of the accounts their money may have reached pays an account, half the
 * time a new one, with all or some of what it has; where two picks find empty ones, the second gets clean money.
 */
export function accountTape(ops: number, thefts: number): Tape<Float64Array> {
  const random = mulberry32(SEED)
  const balance = new Float64Array(ops)
  const debits = newLegs(ops, ops)
  const credits = newLegs(ops, ops)
  let pools = 0
  for (let op = 0; op < ops; op++) {
    const theft = op < thefts
    let from = theft ? NO_POOL : Math.floor(random() * pools)
    if (balance[from] === 0) from = Math.floor(random() * pools)
    let to = theft || random() < 0.5 ? pools : Math.floor(random() * pools)
    let amount = theft ? STOLEN : 1 + Math.floor(random() * 1e6)
    if (balance[from] === 0) {
      to = from
      from = NO_POOL
    } else if (!theft) {
      amount = random() < 0.25 ? balance[from]! : Math.ceil(balance[from]! * random())
      balance[from] = balance[from]! - amount
    }
    if (to === pools) pools++
    balance[to] = balance[to]! + amount
    debits.starts[op + 1] = op + 1
    debits.pool[op] = from
    debits.amount[op] = amount
    credits.starts[op + 1] = op + 1
    credits.pool[op] = to
    credits.amount[op] = amount
  }
  return tapeOf('account', thefts, ops, pools, debits, credits)
}

/**
 * `ops` transactions: first the thefts, then one to three random unspent outputs in, one input in four from
 * outside, and two outputs and a fee out.
 */
export function utxoTape(ops: number, thefts: number): Tape<Float64Array> {
  const random = mulberry32(SEED)
  const debits = newLegs(ops, 3 * ops)
  const credits = newLegs(ops, 2 * ops)
  const unspent: number[] = []
  const value = new Float64Array(5 * ops)
  let pools = 0
  let debit = 0
  let credit = 0
  const pay = (amount: number): void => {
    credits.pool[credit] = pools
    credits.amount[credit++] = amount
    value[pools] = amount
    unspent.push(pools++)
  }
  for (let op = 0; op < ops; op++) {
    let total = 0
    const inputs = op < thefts ? 1 : 1 + Math.floor(random() * 3)
    for (let i = 0; i < inputs; i++) {
      let pool = pools
      if (op < thefts || (i > 0 && random() < 0.5)) {
        value[pools++] = op < thefts ? STOLEN : 1 + Math.floor(random() * 1e6)
      } else {
        const place = Math.floor(random() * unspent.length)
        pool = unspent[place]!
        const last = unspent.pop()!
        if (place < unspent.length) unspent[place] = last
      }
      debits.pool[debit] = pool
      debits.amount[debit++] = value[pool]!
      total += value[pool]!
    }
    if (op < thefts) pay(total)
    else {
      const fee = Math.min(total, 500)
      const first = Math.floor((total - fee) * random())
      pay(first)
      pay(total - fee - first)
    }
    debits.starts[op + 1] = debit
    credits.starts[op + 1] = credit
  }
  return tapeOf('utxo', thefts, ops, pools, debits, credits)
}
