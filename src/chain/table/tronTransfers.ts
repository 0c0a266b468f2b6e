import { TRON } from '../../units/caip.ts'
import { createTokens } from './assets.ts'
import { CellProblem } from './checks.ts'
import { defineLayout, type Layout } from './layout.ts'
import { accountTransaction, exportCovers } from './transactionOf.ts'

const SUCCESS = 'SUCCESS'

/**
 * TRC-20 transfers: tables made of Tronscan's API, and the answers of Tronscan (`token_transfers`) and TronGrid
 * (`data`) themselves. Amounts are base units; tokens are told apart by contract. A wallet column makes each wallet a
 * listing of its own, so that a transfer between two of them, listed twice, is one.
 */
export const tronTransfers: Layout = defineLayout({
  id: 'tron-trc20',
  title: 'Tronscan or TronGrid TRC-20 transfers',
  required: {
    txid: ['tx_id', 'transaction_id'],
    time: ['timestamp', 'block_ts', 'block_timestamp'],
    from: ['from_address', 'from'],
    to: ['to_address', 'to'],
    amount: ['quant', 'value'],
    contract: ['token_id', 'contract_address', 'token_info.address'],
    decimals: ['token_decimal', 'tokeninfo.tokendecimal', 'token_info.decimals'],
  },
  optional: {
    wallet: ['wallet'],
    height: ['block'],
    fromTag: ['from_tag', 'from_address_tag.from_address_tag'],
    toTag: ['to_tag', 'to_address_tag.to_address_tag'],
    symbol: ['token_abbr', 'tokeninfo.tokenabbr', 'token_info.symbol'],
    name: ['token_name', 'tokeninfo.tokenname', 'token_info.name'],
    // `result0`: a table of 2023 whose last name ran into the numbers that follow it.
    result: ['result', 'result0', 'finalresult'],
    contractReturn: ['contract_return', 'contractret'],
    event: ['type', 'event_type'],
  },
  open: (at, context) => {
    const { checks, tally } = context
    const tokenOf = createTokens(context)
    const chain = TRON
    return {
      read: ({ cells }, row, out) => {
        const fates = [cells[at.result], cells[at.contractReturn]].map((fate) =>
          (fate ?? '').trim().toUpperCase(),
        )
        if (fates.some((fate) => fate !== '' && fate !== SUCCESS)) {
          tally.skip('failed transaction')
          return
        }
        if (at.event >= 0 && cells[at.event]!.trim().toLowerCase() !== 'transfer') {
          tally.skip('no transfer (an approval or another event)')
          return
        }
        const txid = checks.txid(cells, at.txid, chain)
        const time = checks.time(cells, at.time, chain)
        const from = checks.holder(cells, at.from, chain)
        const to = checks.holder(cells, at.to, chain)
        const token = tokenOf({ cells, chain, ...at })
        const amount = checks.amount(cells, at.amount, 0)
        let listing = ''
        if (at.wallet >= 0) {
          const wallet = checks.holder(cells, at.wallet, chain)
          if (wallet === null || (wallet !== from && wallet !== to)) {
            throw new CellProblem(at.wallet, 'the wallet takes no part in the transfer')
          }
          tally.wallet(wallet)
          listing = wallet
        }
        tally.parties(from, to)
        tally.label(from, (cells[at.fromTag] ?? '').trim())
        tally.label(to, (cells[at.toTag] ?? '').trim())
        tally.time(time)
        const head = (cells[at.height] ?? '') === '' ? {} : { height: checks.whole(cells, at.height) }
        const transfer = { from, to, asset: token.id, amount, kind: 'token' } as const
        out.push({
          row,
          listing,
          transaction: accountTransaction({ chain, txid, ...head, time }, [transfer]),
        })
      },
      covers: () => exportCovers(tally),
    }
  },
})
