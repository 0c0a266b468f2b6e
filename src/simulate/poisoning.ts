/**
 * Address poisoning: transactions made to put a look-alike into somebody's history. The three kinds are those of
 * Tsuchiya et al., "Blockchain Address Poisoning", arXiv 2501.16681, figure 1.
 * @module
 */
import { COUNTERFEIT_STABLE, COUNTERFEIT_USDT, NATIVE, STABLE } from './chains.ts'
import { accountDraft, GAS, gasFee, type Leg, NOBODY } from './draft.ts'
import { type Notebook, payOut, type Sighting } from './notebook.ts'

/** Thieves are poisoned as everybody is, but only by kinds that put no money into their wallets. */
const HARMLESS = ['zero-value', 'counterfeit'] as const
const KINDS = ['zero-value', 'counterfeit', 'tiny'] as const

/** A withdrawal from an exchange to a stranger, for the bots to see. */
function innocentSighting(book: Notebook): Sighting {
  const { draw, cast, settings } = book
  const from = draw.pick(cast.exchanges).hot
  const to = draw.pick(cast.users)
  const amount = draw.spread(500n * 10n ** 6n)
  // Within the middle eight tenths of the ledger.
  const time = settings.startTime + settings.days * draw.between(8_640, 77_760)
  const origin = { theft: null, crossing: null }
  payOut(book, from, to, STABLE, amount, time, 'withdrawal', origin)
  return { from, to, amount, time }
}

/** Half of the attempts follow transfers of the thieves, where there are any, and half those of strangers. */
export function planPoisonings(book: Notebook): void {
  const { draw, cast, settings } = book
  const { poisoner } = cast
  const sightings = [...book.sightings]
  for (let i = 0; i < settings.poisonings; i++) {
    const thief = i % 2 === 0 && sightings.length > 0
    const seen = thief ? draw.pick(sightings) : innocentSighting(book)
    const kind = draw.pick(thief ? HARMLESS : KINDS)
    // The thief sent, the stranger received; either is deceived about the other side.
    const [target, imitated] = thief ? [seen.from, seen.to] : [seen.to, seen.from]
    const alike = cast.book.addLookAlike(imitated, cast.book.owner(poisoner))
    const token = draw.pick([COUNTERFEIT_USDT, COUNTERFEIT_STABLE])
    const crumb = BigInt(draw.between(1_000, 9_999))
    // A zero-value transferFrom needs no allowance (ERC-20), and a counterfeit's contract emits what it likes.
    const legs: Leg[] =
      kind === 'zero-value'
        ? [{ from: target, to: alike, asset: STABLE, amount: 0n, kind: 'token' }]
        : kind === 'counterfeit'
          ? [{ from: target, to: alike, asset: token, amount: seen.amount, kind: 'token' }]
          : [
              { from: poisoner, to: alike, asset: STABLE, amount: crumb, kind: 'token' },
              { from: alike, to: target, asset: STABLE, amount: crumb, kind: 'token' },
            ]
    const fee = gasFee(GAS.token, draw.u32())
    const txid = book.txid()
    const time = seen.time + draw.between(60, 3_600)
    book.drafts.push(
      accountDraft(txid, time, 'poisoning', [
        ...legs,
        { from: poisoner, to: NOBODY, asset: NATIVE, amount: fee, kind: 'fee' },
      ]),
    )
    book.needs.push({ to: poisoner, asset: NATIVE, amount: fee })
    if (kind === 'tiny') book.needs.push({ to: poisoner, asset: STABLE, amount: crumb })
    book.lookAlikes.push({
      holder: book.holder(alike),
      imitates: book.holder(imitated),
      target: book.holder(target),
      kind,
      txid,
    })
  }
}
