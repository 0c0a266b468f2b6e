/**
 * Small flows for tests, made by a toy trace that spends stolen money first, so that they balance by construction.
 * @module
 */
import {
  FLOW_FORMAT,
  FLOW_VERSION,
  type Flow,
  type FlowAsset,
  type FlowHop,
  type FlowLabel,
  type FlowLeaf,
  type FlowSeed,
  type LeafReason,
} from '../trace/flow.ts'
import { BITCOIN, ETHEREUM, shareOut } from '../units/index.ts'

export const ETHER: FlowAsset = { asset: `${ETHEREUM}/slip44:60`, symbol: 'ETH', decimals: 18, known: true }
const BITCOINS: FlowAsset = { asset: `${BITCOIN}/slip44:0`, symbol: 'BTC', decimals: 8, known: true }

const T0 = Date.UTC(2023, 0, 13, 20, 34, 11) / 1000

/** A payment of the toy world. `fee` is paid on top by the payer. */
interface Payment {
  readonly from: string
  readonly to: string
  readonly amount: bigint
  readonly fee?: bigint
  readonly time: number | null
}

interface Story {
  readonly theft: string
  readonly asset: FlowAsset
  readonly seeds: readonly { readonly holder: string; readonly amount: bigint }[]
  readonly payments: readonly Payment[]
  readonly stops: ReadonlyMap<string, { readonly reason: LeafReason; readonly label: FlowLabel | null }>
  /** US cents for one whole unit; null: unpriced. */
  readonly cents: bigint | null
}

function label(name: string, extra: Partial<FlowLabel> = {}): FlowLabel {
  return {
    name,
    entity: null,
    category: null,
    stop: null,
    confidence: 50,
    source: 'exchanges.yaml (Example pack)',
    url: null,
    date: '2023-01-20',
    inferred: false,
    caseInsensitive: false,
    ...extra,
  }
}

export function evm(n: number): string {
  return `${ETHEREUM}:0x${hash(n).slice(0, 40)}`
}

function txid(n: number): string {
  return `0x${hash(n + 1_000_000)}`
}

/** 64 hex digits that look random and are not. */
function hash(n: number): string {
  const random = generator(n + 1)
  return Array.from({ length: 8 }, () =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0'),
  ).join('')
}

/** mulberry32: 32 bits of state, good enough to scatter test data. */
function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Follows the stolen part of each payment; stops keep it, the rest is held at the end. */
export function flowOf(story: Story): Flow {
  const { theft, asset } = story
  const chain = asset.asset.slice(0, asset.asset.indexOf('/'))
  const scale = 10n ** BigInt(asset.decimals)
  const usd = (amount: bigint): string =>
    story.cents === null ? 'unpriced' : String((amount * story.cents) / scale)
  const tainted = new Map<string, bigint>()
  const put = new Map<string, FlowHop[]>()
  for (const seed of story.seeds) tainted.set(seed.holder, (tainted.get(seed.holder) ?? 0n) + seed.amount)

  const leaves = new Map<string, { reason: LeafReason; holder: string; amount: bigint; hops: FlowHop[] }>()
  const stopAt = (reason: LeafReason, holder: string, amount: bigint, hops: readonly FlowHop[]): void => {
    const key = `${reason} ${holder}`
    const row = leaves.get(key) ?? { reason, holder, amount: 0n, hops: [] }
    row.amount += amount
    row.hops.push(...hops)
    leaves.set(key, row)
  }

  const hops: FlowHop[] = []
  story.payments.forEach((payment, i) => {
    const has = tainted.get(payment.from) ?? 0n
    const moved = has < payment.amount ? has : payment.amount
    const fee = has - moved < (payment.fee ?? 0n) ? has - moved : (payment.fee ?? 0n)
    if (moved + fee === 0n) return
    tainted.set(payment.from, has - moved - fee)
    const stop = story.stops.get(payment.to)
    const base = {
      theft,
      txid: txid(i),
      chain,
      time: payment.time,
      height: 16_400_000 + i,
      asset: asset.asset,
    }
    const hop: FlowHop = {
      ...base,
      from: payment.from,
      to: payment.to,
      amount: String(moved),
      of: String(payment.amount),
      usd: usd(moved),
      ...(stop === undefined ? {} : { stop: stop.reason }),
    }
    if (moved > 0n) hops.push(hop)
    if (fee > 0n) {
      const paid: FlowHop = {
        ...hop,
        to: `${chain}:none`,
        amount: String(fee),
        of: String(fee),
        usd: usd(fee),
        stop: 'fee',
      }
      hops.push(paid)
      stopAt('fee', payment.from, fee, [paid])
    }
    if (stop !== undefined) stopAt(stop.reason, payment.to, moved, [hop])
    else {
      tainted.set(payment.to, (tainted.get(payment.to) ?? 0n) + moved)
      const before = put.get(payment.to)
      if (before === undefined) put.set(payment.to, [hop])
      else before.push(hop)
    }
  })
  for (const [holder, amount] of tainted)
    if (amount > 0n) stopAt('held', holder, amount, put.get(holder) ?? [])

  const stolen = story.seeds.reduce((sum, seed) => sum + seed.amount, 0n)
  const rows = [...leaves.values()].sort((a, b) => (a.amount === b.amount ? 0 : a.amount > b.amount ? -1 : 1))
  const shares =
    story.cents === null || rows.length === 0
      ? []
      : shareOut(
          BigInt(usd(stolen)),
          rows.map((row) => row.amount),
        )
  const times = (of: readonly FlowHop[]): { firstTime: number | null; lastTime: number | null } => {
    const known = of.flatMap((hop) => (hop.time === null ? [] : [hop.time]))
    return known.length === 0
      ? { firstTime: null, lastTime: null }
      : { firstTime: Math.min(...known), lastTime: Math.max(...known) }
  }
  const byReason: Partial<Record<LeafReason, string>> = {}
  for (const row of rows) byReason[row.reason] = String(BigInt(byReason[row.reason] ?? '0') + row.amount)

  const seeds = story.seeds.map((seed, i): FlowSeed => {
    return {
      theft,
      chain,
      asset: asset.asset,
      holder: seed.holder,
      amount: String(seed.amount),
      basis: 'received',
      usd: usd(seed.amount),
      firstTime: T0 - 3600,
      lastTime: T0 - 3600,
      txids: [txid(900_000 + i)],
    }
  })
  return {
    format: FLOW_FORMAT,
    version: FLOW_VERSION,
    lootline: '0.1.0',
    rule: 'fifo',
    direction: 'forward',
    options: {
      maxHops: null,
      dust: null,
      until: null,
      busy: 1000,
      minConfidence: 0,
      passThrough: [],
      followSwaps: true,
      followCrossings: true,
      refuseSwaps: [],
      seedMode: 'auto',
    },
    assets: [asset],
    seeds,
    leaves: rows.map((row, i): FlowLeaf => {
      const named = story.stops.get(row.holder)?.label ?? null
      return {
        theft,
        reason: row.reason,
        holder: row.holder,
        labels: named === null ? [] : [named],
        chain,
        asset: asset.asset,
        amount: String(row.amount),
        usd: shares[i] === undefined ? 'unpriced' : String(shares[i]),
        usdAtArrival: usd(row.amount),
        ...times(row.hops),
        txids: [...new Set(row.hops.map((hop) => hop.txid))],
      }
    }),
    balance: [
      {
        theft,
        asset: asset.asset,
        stolen: String(stolen),
        accounted: String(rows.reduce((sum, row) => sum + row.amount, 0n)),
        stolenUsd: usd(stolen),
        accountedUsd: usd(stolen),
        byReason,
        bound: false,
      },
    ],
    hops,
    holders: [...story.stops].flatMap(([holder, stop]) =>
      stop.label === null ? [] : [{ holder, labels: [stop.label] }],
    ),
    collisions: [],
    prices:
      story.cents === null
        ? []
        : [
            {
              symbol: asset.symbol,
              day: '2023-01-13',
              usd: '1450.25',
              low: '1400.00',
              high: '1460.5',
              source: 'eth-usd.csv',
              disputedBy: [],
            },
          ],
    coverage: {
      transactions: hops.length,
      movements: hops.length,
      holders: 12,
      ledgerTransactions: hops.length + 3,
      firstTime: T0 - 3600,
      lastTime: T0 + 40 * 86_400,
      ties: 2,
      unknownOrigin: [],
      unknownPrevouts: 0,
      holdersWhole: 3,
      holdersPartial: 9,
      sources: [
        {
          role: 'ledger',
          name: 'transfers.csv',
          sha256: hash(7),
          date: null,
          detail: '1,234 rows, 1,230 added, 4 duplicates, 0 rejected',
        },
        {
          role: 'labels',
          name: 'exchanges.yaml',
          sha256: hash(8),
          date: '2023-01-20',
          detail: '52 labels',
        },
      ],
      uncountedReceipts: [],
      notes: ['The ledger ends on 2023-02-22; what happened later is not known.'],
    },
  }
}

const ETH = 10n ** 18n

/** One theft of 1,000 ETH: an exchange, a mixer, a bridge, some still held. */
export function smallFlow(): Flow {
  const exchange = label('HTX 34', {
    entity: 'htx',
    category: 'exchange',
    stop: 'service',
    url: 'https://example.org/htx',
  })
  const mixer = label('Tornado.Cash: 100 ETH', {
    entity: 'tornado_cash',
    category: 'mixing_service',
    stop: 'mixer',
    confidence: 100,
  })
  const bridge = label('RenBridge', { category: 'bridge', stop: 'bridge' })
  const day = 86_400
  const flow = flowOf({
    theft: 'Example Bridge',
    asset: ETHER,
    seeds: [
      { holder: evm(1), amount: 700n * ETH + 123_456_789n },
      { holder: evm(2), amount: 300n * ETH },
    ],
    payments: [
      { from: evm(1), to: evm(3), amount: 400n * ETH, time: T0 },
      { from: evm(1), to: evm(4), amount: 250n * ETH, time: T0 + 600 },
      { from: evm(2), to: evm(4), amount: 300n * ETH, time: T0 + day },
      { from: evm(3), to: evm(50), amount: 350n * ETH, time: T0 + 2 * day, fee: 21_000n * 10n ** 9n },
      { from: evm(4), to: evm(51), amount: 100n * ETH, time: T0 + 3 * day },
      { from: evm(4), to: evm(51), amount: 100n * ETH, time: T0 + 4 * day },
      { from: evm(4), to: evm(5), amount: 200n * ETH, time: T0 + 5 * day },
      { from: evm(5), to: evm(1), amount: 20n * ETH, time: T0 + 6 * day },
      { from: evm(5), to: evm(52), amount: 120n * ETH, time: T0 + 7 * day },
      { from: evm(5), to: evm(50), amount: 30n * ETH, time: T0 + 9 * day },
    ],
    stops: new Map([
      [evm(50), { reason: 'service', label: exchange }],
      [evm(51), { reason: 'mixer', label: mixer }],
      [evm(52), { reason: 'bridge', label: bridge }],
    ]),
    cents: 145_025n,
  })
  return {
    ...flow,
    holders: [
      ...flow.holders,
      { holder: evm(1), labels: [label('Example Bridge Exploiter', { confidence: 70 })] },
    ],
    leaves: flow.leaves.map((leaf) =>
      leaf.reason === 'service'
        ? {
            ...leaf,
            deposits: [
              {
                holder: evm(60),
                amount: String(30n * ETH),
                confidence: 45,
                rule: 'deposit-reuse (Victor 2020)',
              },
            ],
          }
        : leaf,
    ),
  }
}

/** Two thefts in one asset; the second claims money already stolen by the first. */
export function collisionFlow(): Flow {
  const first = smallFlow()
  const second = flowOf({
    theft: 'Second victim',
    asset: ETHER,
    seeds: [{ holder: evm(70), amount: 5n * ETH }],
    payments: [{ from: evm(70), to: evm(71), amount: 4n * ETH, time: T0 + 86_400 }],
    stops: new Map(),
    cents: null,
  })
  return {
    ...first,
    seeds: [...first.seeds, ...second.seeds],
    leaves: [...first.leaves, ...second.leaves],
    balance: [...first.balance, ...second.balance],
    hops: [...first.hops, ...second.hops],
    collisions: [
      {
        first: 'Example Bridge',
        claimant: 'Second victim',
        txid: txid(2),
        holder: evm(4),
        asset: ETHER.asset,
        amount: String(3n * ETH),
      },
    ],
  }
}

/** A peel chain of 40 hops in bitcoin with fees. */
export function utxoFlow(): Flow {
  const address = (n: number): string => `${BITCOIN}:bc1q${hash(n).slice(0, 38)}`
  const payments: Payment[] = []
  for (let i = 0; i < 40; i++) {
    const time = T0 + i * 9000
    payments.push({ from: address(i), to: address(1000 + i), amount: 3_000_000n + BigInt(i), time })
    payments.push({ from: address(i), to: address(i + 1), amount: 2_000_000_000n, time, fee: 1500n })
  }
  // The onward payment of each step carries all but the fee: 20 BTC less what earlier steps paid away.
  let left = 2_000_000_000n
  const exact = payments.map((payment) => {
    if (payment.fee === undefined) {
      left -= payment.amount
      return payment
    }
    left -= 1500n
    return { ...payment, amount: left }
  })
  return flowOf({
    theft: 'Wallet drain',
    asset: BITCOINS,
    seeds: [{ holder: address(0), amount: 2_000_000_000n }],
    payments: exact,
    stops: new Map([
      [address(1003), { reason: 'service', label: label('Binance', { entity: 'binance', stop: 'service' }) }],
    ]),
    cents: 2_000_000n,
  })
}

/** The small flow asked backwards: where did the exchange's money come from. */
export function backwardFlow(): Flow {
  const flow = smallFlow()
  const reversed = flowOf({
    theft: 'Deposit at HTX 34',
    asset: ETHER,
    seeds: [{ holder: evm(50), amount: 100n * ETH }],
    payments: [
      { from: evm(50), to: evm(3), amount: 80n * ETH, time: T0 + 2 * 86_400 },
      { from: evm(50), to: evm(5), amount: 20n * ETH, time: T0 + 2 * 86_400 },
      { from: evm(3), to: evm(1), amount: 80n * ETH, time: T0 },
      { from: evm(5), to: evm(4), amount: 15n * ETH, time: T0 },
    ],
    stops: new Map([[evm(4), { reason: 'nodata', label: null }]]),
    cents: 145_025n,
  })
  return {
    ...reversed,
    direction: 'backward',
    hops: reversed.hops.toReversed().map((hop) => ({ ...hop, from: hop.to, to: hop.from })),
    holders: flow.holders,
  }
}

/** Poison: an upper bound, larger than what was stolen. */
export function poisonFlow(): Flow {
  const flow = smallFlow()
  return {
    ...flow,
    rule: 'poison',
    balance: flow.balance.map((row) => ({
      ...row,
      bound: true,
      accounted: String(BigInt(row.accounted) * 3n),
    })),
  }
}

/** What enemies write into labels, symbols, file names and notes. */
export const HOSTILE: readonly string[] = [
  '</style></title><script>alert(1)</script><img src=x onerror=alert(1)>',
  '" onmouseover="alert(1)" x="',
  "'-->]]><svg/onload=alert(1)>",
  'USDT\u202Ecod.exe\u2066 \u200b\u0000\u001b[31m',
  'A'.repeat(10_000),
  'javascript:alert(1)',
  '\ud800 lone, 漢字'.repeat(30),
  '\\0a } body { display: none',
]

export function hostileFlow(): Flow {
  const flow = smallFlow()
  const bad = (i: number): string => HOSTILE[i % HOSTILE.length]!
  const labels = HOSTILE.map((text) =>
    label(text, {
      entity: text,
      category: text,
      source: text,
      url: text,
      date: text,
      inferred: true,
      caseInsensitive: true,
    }),
  )
  const hostile = (holder: string): string => (holder === evm(3) ? `${ETHEREUM}:${bad(0)}` : holder)
  const theft = bad(0)
  return {
    ...flow,
    lootline: bad(1),
    assets: [{ asset: ETHER.asset, symbol: bad(0), decimals: 18, known: false }],
    seeds: flow.seeds.map((row) => ({ ...row, theft, txids: HOSTILE })),
    leaves: flow.leaves.map((row, i) => ({
      ...row,
      theft,
      holder: hostile(row.holder),
      labels: i === 0 ? labels : [labels[i % labels.length]!],
      txids: [bad(i), ...row.txids],
      deposits: [{ holder: bad(i), amount: '5', confidence: 10, rule: bad(i) }],
    })),
    balance: flow.balance.map((row) => ({ ...row, theft })),
    hops: flow.hops.map((row, i) => ({
      ...row,
      theft,
      txid: bad(i),
      from: hostile(row.from),
      to: hostile(row.to),
    })),
    holders: [
      { holder: evm(1), labels },
      { holder: `${ETHEREUM}:${bad(0)}`, labels: [] },
    ],
    collisions: [
      { first: theft, claimant: bad(3), txid: bad(1), holder: bad(2), asset: ETHER.asset, amount: '7' },
    ],
    prices: [
      {
        symbol: bad(0),
        day: bad(1),
        usd: '1',
        low: null,
        high: null,
        source: bad(2),
        disputedBy: [...HOSTILE],
      },
    ],
    options: { ...flow.options, passThrough: HOSTILE },
    coverage: {
      ...flow.coverage,
      notes: HOSTILE,
      sources: HOSTILE.map((text) => ({
        ...flow.coverage.sources[0]!,
        name: text,
        detail: text,
        sha256: text,
        date: text,
      })),
      unknownOrigin: [
        {
          asset: bad(1),
          amount: '12',
          holders: [{ holder: bad(0), amount: '5' }],
          more: { holders: 2, amount: '7' },
        },
      ],
      uncountedReceipts: [{ theft: bad(2), asset: bad(0), amount: '9' }],
    },
  }
}

/** A laundering of any size that balances: layers of addresses, some cycles, two services, a mixer, fees. */
export function bigFlow(seed: number, payments: number): Flow {
  const random = generator(seed)
  const pick = (n: number): number => Math.floor(random() * n)
  const pool = Math.max(6, Math.floor(payments / 8))
  const stops = new Map<string, { reason: LeafReason; label: FlowLabel | null }>()
  const kinds = ['service', 'service', 'mixer', 'bridge', 'busy'] as const
  const names = ['HTX 34', 'Binance 14', 'Tornado.Cash', 'Avalanche Bridge', null]
  names.forEach((name, i) => {
    const reason = kinds[i]!
    const stop = reason === 'busy' ? null : reason
    stops.set(evm(900_000 + i), { reason, label: name === null ? null : label(name, { stop, entity: name }) })
  })
  const list: Payment[] = []
  const seeds = Array.from({ length: 1 + pick(5) }, (_, i) => ({
    holder: evm(500_000 + i),
    amount: BigInt(1 + pick(1_000_000)) * 10n ** 15n,
  }))
  const ids = Array.from({ length: pool }, (_, i) => evm(i))
  const funds = new Map(seeds.map((row) => [row.holder, row.amount]))
  const active = [...funds.keys()]
  for (let i = 0; i < payments && active.length > 0; i++) {
    const place = pick(active.length)
    const from = active[place]!
    const has = funds.get(from) ?? 0n
    const amount = (has * BigInt(1 + pick(9))) / 10n
    if (amount === 0n) {
      active.splice(place, 1)
      continue
    }
    const stop = random() < 0.05
    const to = stop
      ? evm(900_000 + pick(names.length))
      : ids[pick(Math.ceil((pool * (i + 8)) / (payments + 8)))]!
    const fee = random() < 0.1 ? 1_000_000n : 0n
    funds.set(from, has - amount - (fee < has - amount ? fee : has - amount))
    if (!stop) {
      if (!funds.has(to)) active.push(to)
      funds.set(to, (funds.get(to) ?? 0n) + amount)
    }
    list.push({ from, to, amount, time: T0 + i * 600, fee })
  }
  return flowOf({ theft: `Theft ${seed}`, asset: ETHER, seeds, payments: list, stops, cents: 145_025n })
}
