/**
 * The mixer: equal amounts in, equal amounts out, to addresses that nothing links.
 * @module
 */
import { type Model, NATIVE } from './chains.ts'
import type { Coin } from './coin.ts'
import { accountDraft, GAS, gasFee, NOBODY } from './draft.ts'
import { type Notebook, payOut } from './notebook.ts'

/**
 * Equal deposits are what makes a mixer. Native: the four pools of Tornado Cash's ETH contracts; stable: those of its
 * USDC contracts, and 100,000. UTXO: powers of ten.
 */
const DENOMINATIONS = {
  account: [
    [100n, 10n, 1n, 1n].map((whole, i) => (whole * 10n ** 18n) / (i === 3 ? 10n : 1n)),
    [100_000n, 10_000n, 1_000n, 100n].map((whole) => whole * 10n ** 6n),
  ],
  utxo: [[10n ** 9n, 10n ** 8n, 10n ** 7n, 10n ** 6n]],
} as const

/** The largest denomination that goes into the loot four times, else the smallest there is. */
export function mixerSize(model: Model, loot: Coin): bigint {
  const sizes = DENOMINATIONS[model][loot.asset]!
  return sizes.find((amount) => loot.amount / amount >= 4n) ?? sizes[sizes.length - 1]!
}

/** A mixer pays out to an address that nothing links to the deposit; a relayer takes its cut and pays the gas. */
export function withdraw(
  book: Notebook,
  wallet: number,
  asset: number,
  size: bigint,
  time: number,
  origin: { readonly theft: number; readonly crossing: number },
): Coin {
  const { mixer, relayer } = book.cast
  const cut = size / 250n
  if (book.settings.model === 'utxo')
    return payOut(book, mixer, wallet, asset, size - cut, time, 'mixer-withdrawal', origin)
  const txid = book.txid()
  const fee = gasFee(GAS.swap, book.draw.u32())
  const kind = asset === NATIVE ? 'internal' : 'token'
  book.drafts.push(
    accountDraft(txid, time, 'mixer-withdrawal', [
      { from: mixer, to: wallet, asset, amount: size - cut, kind },
      { from: mixer, to: relayer, asset, amount: cut, kind },
      { from: relayer, to: NOBODY, asset: NATIVE, amount: fee, kind: 'fee' },
    ]),
  )
  book.needs.push({ to: relayer, asset: NATIVE, amount: fee })
  const parts = [{ ...origin, amount: size - cut, mixed: false }]
  return { wallet, asset, amount: size - cut, parts, time, txid, n: 0 }
}
