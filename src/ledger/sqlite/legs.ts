import type { StatementSync } from 'node:sqlite'
import type { Input, Transaction, Transfer } from '../../chain/transaction.ts'
import { MOVEMENT_KINDS } from '../ledger.ts'
import { txidOf } from './stored.ts'

type Legs = Pick<Transaction, 'transfers' | 'inputs' | 'outputs'>

/** What a transaction moved, with names for numbers. @param sql prepares, or finds what was prepared */
export function legsOf(sql: (text: string) => StatementSync, tx: number): Legs {
  const transfers = sql(
    `SELECT p.name AS payer, q.name AS payee, a.name AS asset, amount, kind, position
    FROM movement m JOIN tx t ON t.id = m.tx JOIN asset a ON a.id = m.asset
    LEFT JOIN holder p ON p.id = m.payer LEFT JOIN holder q ON q.id = m.payee
    WHERE m.tx = ? AND kind <> ${MOVEMENT_KINDS.indexOf('utxo')}
    ORDER BY iif(t.idx IS NULL OR position IS NULL, file_order - 9007199254740991, position * 8 + kind), m.id`,
  )
  const inputs = sql(
    `SELECT p.txid, i.prev_n AS n, h.name AS holder, i.amount FROM input i JOIN tx p ON p.id = i.prev_tx
    LEFT JOIN holder h ON h.id = i.holder WHERE i.tx = ? ORDER BY i.i`,
  )
  const outputs = sql(
    'SELECT h.name AS holder, amount FROM output o LEFT JOIN holder h ON h.id = o.holder WHERE o.tx = ? ORDER BY n',
  )
  return {
    transfers: transfers.all(tx).map(
      (row): Transfer => ({
        from: row['payer'] as string | null,
        to: row['payee'] as string | null,
        asset: String(row['asset']),
        amount: BigInt(row['amount'] as string | number),
        kind: MOVEMENT_KINDS[Number(row['kind'])] as Transfer['kind'],
        ...(row['position'] === null ? {} : { position: Number(row['position']) }),
      }),
    ),
    inputs: inputs.all(tx).map(
      (row): Input => ({
        txid: txidOf(row['txid']),
        n: Number(row['n']),
        ...(row['holder'] === null ? {} : { holder: String(row['holder']) }),
        ...(row['amount'] === null ? {} : { amount: BigInt(row['amount'] as string | number) }),
      }),
    ),
    outputs: outputs.all(tx).map((row) => ({
      holder: row['holder'] as string | null,
      amount: BigInt(row['amount'] as string | number),
    })),
  }
}
