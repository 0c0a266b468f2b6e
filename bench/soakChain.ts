/**
 * The soak's chain: stolen coins that are paid on, replaced, mined and turned back, at a real node or at an Esplora server.
 * @module
 */
import type { Transaction } from 'bitcoinjs-lib'
import { BTCD, startBtcd } from '../src/chain/bitcoin/btcd.test-suite.ts'
import { serveEsplora } from '../src/chain/bitcoin/esploraServer.test-suite.ts'
import {
  type Coin,
  coinOf,
  MATURITY,
  regtestChain,
  signed,
  testKey,
} from '../src/chain/bitcoin/regtestChain.test-suite.ts'
import type { Random } from '../src/simulate/random.ts'
import { BITCOIN_REGTEST } from '../src/units/caip.ts'

type Key = ReturnType<typeof testKey>

/** Keys that coins go to; the last is labelled as a service. */
const KEYS = Array.from({ length: 12 }, (_, n) => testKey(n + 1))
export const SERVICE: Key = KEYS.at(-1)!
/** Who has the stolen coin first. */
const THIEF = testKey(100)
/** Below it nodes relay no output of these scripts, with room to spare (Bitcoin Core: GetDustThreshold, 546 sats). */
const SMALLEST = 20_000
const FEE = 2000

/** One transaction of ours. */
export interface Payment {
  readonly tx: Transaction
  readonly coins: readonly Coin[]
  /** Of its outputs. */
  readonly keys: readonly Key[]
}

export interface SoakChain extends AsyncDisposable {
  readonly source: 'btcd' | 'esplora'
  readonly url: string
  readonly theft: string
  /** Every transaction there ever was, by id. */
  readonly all: ReadonlyMap<string, Payment>
  /** When each was offered, and mined last, in milliseconds. */
  readonly times: ReadonlyMap<string, { readonly seen: number; readonly mined: number }>
  readonly counts: { readonly blocks: number; readonly reorganisations: number; readonly replaced: number }
  /** Ids of ours in the best chain. */
  confirmed(): readonly string[]
  spend(): Promise<void>
  /** A block with each waiting transaction by this chance; parents first. */
  mine(share: readonly [number, number]): Promise<void>
  replace(): Promise<void>
  reorganise(): Promise<void>
}

export async function startSoakChain(
  draw: Random,
  seed: number,
  esplora: boolean,
  log: (line: string) => void,
): Promise<SoakChain> {
  await using stack = new AsyncDisposableStack()
  const chain = regtestChain(seed)
  const first = chain.mine(KEYS[0]!.p2wpkh)
  for (let i = 0; i < MATURITY; i++) chain.mine(KEYS[1]!.p2pkh)
  const pending = new Map<string, Payment>()
  const all = new Map<string, Payment>()
  const times = new Map<string, { seen: number; mined: number }>()
  const counts = { blocks: 0, reorganisations: 0, replaced: 0 }
  /** Ids of our transactions in each block since the theft. */
  const mined: string[][] = []
  const shown = () => ({
    ...{ chain: BITCOIN_REGTEST, blocks: chain.blocks },
    mempool: [...pending.values()].map(({ tx }) => tx.toBuffer()),
  })
  const node = BTCD === undefined || esplora ? null : await startBtcd()
  if (node !== null) stack.defer(() => node.stop())
  const server = node === null ? stack.use(await serveEsplora(shown())) : null

  const theft = await signed(
    [coinOf(first, 0, KEYS[0]!)],
    [{ script: THIEF.p2wpkh, sats: 50_0000_0000 - FEE }],
  )
  chain.mine(KEYS[1]!.p2pkh, [theft])
  await node?.submit(chain.blocks.slice(1))
  server?.set(shown())
  const base = chain.blocks.length

  const pay = async (coins: readonly Coin[], fee: number): Promise<Payment | null> => {
    const total = coins.reduce((sum, { sats }) => sum + sats, 0) - fee
    const parts = draw.between(1, 3)
    const each = Math.floor(total / parts)
    if (each < SMALLEST) return null
    const keys = Array.from({ length: parts }, () => draw.pick(KEYS))
    const pays = keys.map((key, i) => ({
      script: key.p2wpkh,
      sats: i === 0 ? total - each * (parts - 1) : each,
    }))
    return { tx: await signed(coins, pays, { replaceable: true }), coins, keys }
  }
  const offer = async (one: Payment): Promise<boolean> => {
    try {
      await node?.call('sendrawtransaction', one.tx.toHex(), true)
    } catch (error) {
      log(`the node refuses: ${String(error)}`)
      return false
    }
    const id = one.tx.getId()
    pending.set(id, one)
    all.set(id, one)
    times.set(id, { seen: Date.now(), mined: 0 })
    server?.set(shown())
    return true
  }
  const seal = (share: readonly [number, number]): void => {
    const confirmed = new Set(all.keys())
    for (const id of pending.keys()) confirmed.delete(id)
    const chosen: Transaction[] = []
    for (const { tx, coins } of pending.values())
      if (coins.every(({ txid }) => txid === theft.getId() || confirmed.has(txid)) && draw.chance(...share)) {
        chosen.push(tx)
        confirmed.add(tx.getId())
      }
    // To a key of its own: a node refuses the very block that it turned back.
    chain.mine(testKey(1000 + counts.blocks).p2pkh, chosen)
    counts.blocks++
    for (const tx of chosen) pending.delete(tx.getId())
    mined.push(chosen.map((tx) => tx.getId()))
  }
  const publish = async (from: number): Promise<void> => {
    const now = Date.now()
    for (const id of mined.slice(from - base).flat()) times.get(id)!.mined = now
    await node?.submit(chain.blocks.slice(from))
    server?.set(shown())
  }
  const isAlive = (id: string): boolean => pending.has(id) || mined.some((ids) => ids.includes(id))
  const outpoint = ({ txid, n }: Coin): string => `${txid}:${n}`
  /** What a service pays out is another's. */
  const spendable = (): Coin[] => {
    const alive = [...all.values()].filter(({ tx }) => isAlive(tx.getId()))
    const spent = new Set(alive.flatMap(({ coins }) => coins.map(outpoint)))
    const owned = alive.flatMap(({ tx, keys }) =>
      keys.flatMap((owner, n) => (owner === SERVICE ? [] : [coinOf(tx, n, owner)])),
    )
    return [...owned, coinOf(theft, 0, THIEF)].filter((coin) => !spent.has(outpoint(coin)))
  }

  const own = stack.move()
  return {
    ...{ source: node === null ? 'esplora' : 'btcd', url: node?.url ?? server!.url },
    ...{ theft: theft.getId(), all, times, counts },
    confirmed: () => mined.flat(),
    async spend() {
      const coins = spendable()
      const one = coins.length === 0 ? null : await pay([draw.pick(coins)], FEE)
      if (one !== null) await offer(one)
    },
    async mine(share) {
      seal(share)
      await publish(chain.blocks.length - 1)
    },
    async replace() {
      const waiting = [...pending.values()]
      const old = waiting.filter(
        ({ tx }) => !waiting.some(({ coins }) => coins.some(({ txid }) => txid === tx.getId())),
      )
      if (old.length === 0) return
      const one = draw.pick(old)
      const other = await pay(one.coins, feeOf(one) + 3 * FEE)
      if (other === null || !(await offer(other))) return
      pending.delete(one.tx.getId())
      server?.set(shown())
      counts.replaced++
    },
    async reorganise() {
      const depth = Math.min(draw.between(1, 3), mined.length)
      if (depth === 0) return
      chain.drop(depth)
      const back = mined.splice(mined.length - depth).flat()
      const later = [...pending]
      pending.clear()
      for (const id of back) pending.set(id, all.get(id)!)
      for (const [id, one] of later) pending.set(id, one)
      const from = chain.blocks.length
      for (let i = 0; i <= depth; i++) seal([1, 2])
      await publish(from)
      counts.reorganisations++
    },
    [Symbol.asyncDispose]: () => own.disposeAsync(),
  }
}

function feeOf({ tx, coins }: Payment): number {
  return (
    coins.reduce((sum, { sats }) => sum + sats, 0) -
    tx.outs.reduce((sum, { value }) => sum + Number(value), 0)
  )
}
