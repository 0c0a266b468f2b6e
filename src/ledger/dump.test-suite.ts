import type { Amounts, Ledger, Movements } from './ledger.ts'
import { MOVEMENT_KINDS, NONE } from './ledger.ts'

function amountOf(amounts: Amounts, at: number): bigint {
  const narrow = amounts.narrow[at]!
  return narrow >= 0 ? BigInt(narrow) : amounts.wide[-narrow - 1]!
}

/**
 * Movements with names for numbers, one line each, so that ledgers that number differently can be compared.
 *
 * @param places whether lines show order3: ledgers that counted other files have other numbers in it, in the same order
 */
export function movementLines(ledger: Ledger, movements: Movements, places = true): string[] {
  const holder = (number: number): string =>
    number === NONE ? '-' : ledger.holderIds(Uint32Array.of(number))[0]!
  const lot = (tx: number, n: number): string =>
    n === NONE ? '' : `${tx === NONE ? '?' : ledger.heads(Uint32Array.of(tx)).txid[0]}:${n}=`
  const assets = ledger.assets()
  const { txid } = ledger.heads(movements.tx)
  return Array.from(movements.tx, (_, i) => {
    const debits: string[] = []
    for (let leg = movements.debitStarts[i]!; leg < movements.debitStarts[i + 1]!; leg++) {
      const asset = assets[movements.debitAsset[leg]!]!.id
      const from = lot(movements.debitLotTx[leg]!, movements.debitLotN[leg]!)
      debits.push(
        `${from}${holder(movements.debitHolder[leg]!)} ${amountOf(movements.debitAmount, leg)} ${asset}`,
      )
    }
    const credits: string[] = []
    for (let leg = movements.creditStarts[i]!; leg < movements.creditStarts[i + 1]!; leg++) {
      const to = holder(movements.creditHolder[leg]!)
      credits.push(`${movements.creditN[leg]}=${to} ${amountOf(movements.creditAmount, leg)}`)
    }
    const keys = [movements.order1[i], movements.order2[i], places ? movements.order3[i] : '-'].join('/')
    const kind = MOVEMENT_KINDS[movements.kind[i]!]
    return `${txid[i]} ${kind} ${movements.time[i]} ${keys}: ${debits.join(', ')} > ${credits.join(', ')}`
  })
}

/** Every answer of a ledger about these names. @param places see {@link movementLines} */
export function dump(
  ledger: Ledger,
  txids: readonly string[],
  holders: readonly string[],
  places = true,
): unknown {
  const lines = (movements: Movements): string[] => movementLines(ledger, movements, places)
  const txs = Uint32Array.from(txids.flatMap((txid) => [...ledger.txNumbers(txid)]))
  const numbers = ledger.holderNumbers(holders).filter((number) => number !== NONE)
  const all = ledger.ofTransactions(txs)
  const lots = Array.from({ length: txs.length * 3 }, (_, i) => [txs[Math.floor(i / 3)]!, i % 3] as const)
  const spenders = ledger.spenders(
    Uint32Array.from(lots, ([tx]) => tx),
    Uint32Array.from(lots, ([, n]) => n),
  )
  const half = numbers.filter((_, i) => i % 2 === 0)
  return {
    size: ledger.size(),
    sources: ledger.sources().map((source) => ({ ...source, importedTime: 0 })),
    assets: ledger
      .assets()
      .map((asset) => JSON.stringify(asset))
      .sort(),
    transactions: ledger
      .transactions(txs)
      .map((transaction) => ({ ...transaction }))
      .sort((a, b) => (`${a.chain} ${a.txid}` < `${b.chain} ${b.txid}` ? -1 : 1)),
    movements: lines(all),
    distinctIds: new Set(all.id).size,
    ofHalf: lines(ledger.ofHolders(half)),
    ofEach: Array.from(numbers, (number) => lines(ledger.ofHolders(Uint32Array.of(number)))),
    coverage: ledger.coverage(numbers),
    isWhole: [...ledger.isWhole(numbers)],
    counts: [...ledger.counts(numbers, 2)],
    spenders: Array.from(spenders, (tx) => (tx === NONE ? null : ledger.heads(Uint32Array.of(tx)).txid[0])),
  }
}
