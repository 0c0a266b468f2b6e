import { dollars } from '../../units/asset.ts'
import { ETHEREUM } from '../../units/caip.ts'
import { defineLayout, type Layout } from './layout.ts'
import { accountTransaction } from './transactionOf.ts'

/**
 * LaunderNetEvm41: the illicit flows of one theft on Ethereum, already valued in dollars. The set declares every
 * address of it covered. Equal rows are separate transfers.
 */
export const launderNet: Layout = defineLayout({
  id: 'laundernet',
  title: 'LaunderNet',
  required: {
    time: ['timestamp'],
    height: ['block'],
    txid: ['tx_hash'],
    from: ['from'],
    fromLabel: ['from_label'],
    to: ['to'],
    toLabel: ['to_label'],
    usd: ['value_in_usd'],
  },
  optional: {},
  open: (at, { checks, tally }) => {
    const chain = ETHEREUM
    const asset = dollars(chain)
    tally.asset(asset)
    return {
      read: ({ cells }, row, out) => {
        const txid = checks.txid(cells, at.txid, chain)
        const time = checks.time(cells, at.time, chain)
        const height = checks.whole(cells, at.height)
        const from = checks.holder(cells, at.from, chain)
        const to = checks.holder(cells, at.to, chain)
        const amount = checks.amount(cells, at.usd, asset.decimals)
        tally.label(from, cells[at.fromLabel]!)
        tally.label(to, cells[at.toLabel]!)
        tally.time(time)
        const transfer = { from, to, asset: asset.id, amount, kind: 'token' } as const
        out.push({
          row,
          listing: '',
          transaction: accountTransaction({ chain, txid, height, time }, [transfer]),
        })
      },
      covers: () => ({ kind: 'all' }),
    }
  },
})
