/**
 * A theft of USDT and TRX on a made-up Tron chain that goes two hops on within one block, and through a contract.
 * @module
 */
import { formatHolder } from '../../address/index.ts'
import type { FaultyOptions } from '../../net/faultyServer.test-suite.ts'
import { addressOf, type HolderId, TRON } from '../../units/caip.ts'
import { hex, type Made, startTronServer, type TronServer } from './tronServer.test-suite.ts'

const account = (n: number): string => addressOf(formatHolder(TRON, `41${n.toString(16).padStart(40, '0')}`))
const [VICTIM, THIEF, MULE] = [account(1), account(2), account(3)]
const [SPLITTER, HOME, DEPOSIT] = [account(4), account(5), account(6)]
const USDT = 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t'

const give = (from: string, to: string, amount: bigint): Made => ({
  type: 'TriggerSmartContract',
  value: { owner_address: hex(from), contract_address: hex(USDT), data: 'a9059cbb' },
  fee: 345_000,
  tokens: [{ contract: USDT, from, to, amount }],
})
const pay = (from: string, to: string, amount: number): Made => ({
  type: 'TransferContract',
  value: { owner_address: hex(from), to_address: hex(to), amount },
})

const BLOCKS: readonly (readonly Made[])[] = [
  [pay(HOME, VICTIM, 9_000_000), give(HOME, VICTIM, 100n), pay(HOME, MULE, 5_000_000), give(HOME, MULE, 7n)],
  [give(VICTIM, THIEF, 100n), pay(VICTIM, THIEF, 8_000_000)],
  [],
  [give(THIEF, MULE, 60n), give(MULE, DEPOSIT, 30n), give(THIEF, SPLITTER, 40n)],
  [
    {
      type: 'TriggerSmartContract',
      value: {
        owner_address: hex(THIEF),
        contract_address: hex(SPLITTER),
        call_value: 6_000_000,
        data: '00',
      },
      internals: [
        { from: SPLITTER, to: MULE, sun: 2_000_000 },
        { from: SPLITTER, to: DEPOSIT, sun: 4_000_000 },
      ],
    },
    pay(MULE, DEPOSIT, 1_500_000),
  ],
]

/** An exchange's address. */
export const TRON_DEPOSIT: HolderId = formatHolder(TRON, DEPOSIT)
/** Which of the server's transactions took money from the victim. */
export const TRON_THEFTS: readonly number[] = [4, 5]

export function startTronHeist(options: FaultyOptions = {}): Promise<TronServer> {
  return startTronServer(BLOCKS, { [USDT]: { symbol: 'USDT', decimals: 6 } }, options)
}
