/**
 * What a Tron transaction does, read from its bytes, whose hash is its id: java-tron `Tron.proto` (`Transaction.raw`,
 * `Transaction.Contract`) and `core/contract/*.proto`, whose field numbers these are.
 * @module
 */
import { AnswerError } from '../../net/index.ts'
import { toHex } from '../../units/hex.ts'
import { type Message, readMessage } from './protobuf.ts'

/** Addresses are hex, amounts 0 or more. */
export interface TronContract {
  /** Who sent it and pays its fee; null where the bytes name nobody, which no kind that moves money does. */
  readonly owner: string | null
  /** Account or contract that is paid. */
  readonly to?: string
  /** Sun. */
  readonly sun?: bigint
  readonly token?: { readonly name: Uint8Array; readonly amount: bigint }
  /** `sun` is for the contract that it makes. */
  readonly creates?: true
  /** It takes a reward for votes or blocks. */
  readonly withdraws?: true
}

/** @throws {AnswerError} where the bytes are no transaction */
export function readContract(rawData: Uint8Array): TronContract {
  const contracts = readMessage(rawData).list(11)
  // java-tron takes transactions of one contract alone (`TransactionCapsule.validContractProto`).
  if (contracts.length !== 1)
    throw new AnswerError({ expected: 'a transaction of one contract', came: `${contracts.length}` })
  const contract = readMessage(contracts[0]!)
  const value = readMessage(contract.message(2).bytes(2))
  const kind = Number(BigInt.asIntN(32, contract.int(1)))
  switch (kind) {
    case 1: // TransferContract
      return { owner: addressAt(value, 1), to: addressAt(value, 2), sun: amountAt(value, 3) }
    case 2: {
      // TransferAssetContract
      const token = { name: value.bytes(1), amount: amountAt(value, 4) }
      return { owner: addressAt(value, 2), to: addressAt(value, 3), token }
    }
    case 13: // WithdrawBalanceContract
      return { owner: addressAt(value, 1), withdraws: true }
    case 30: // CreateSmartContract, SmartContract
      return { owner: addressAt(value, 1), creates: true, sun: amountAt(value.message(2), 5) }
    case 31: {
      // TriggerSmartContract
      const token = { name: Buffer.from(String(value.int(6))), amount: amountAt(value, 5) }
      return { owner: addressAt(value, 1), to: addressAt(value, 2), sun: amountAt(value, 3), token }
    }
    default:
      // AccountUpdateContract and SetAccountIdContract have a name first.
      return { owner: addressOf(value.bytes(kind === 10 || kind === 19 ? 2 : 1)) }
  }
}

/** 0x41 and 20 bytes. */
function addressOf(bytes: Uint8Array): string | null {
  return bytes.length === 21 && bytes[0] === 0x41 ? toHex(bytes) : null
}

function addressAt(value: Message, field: number): string {
  const address = addressOf(value.bytes(field))
  if (address === null)
    throw new AnswerError({ expected: 'an address of Tron', came: toHex(value.bytes(field)) })
  return address
}

function amountAt(value: Message, field: number): bigint {
  const amount = value.int(field)
  if (amount < 0n) throw new AnswerError({ expected: 'an amount of 0 or more', came: String(amount) })
  return amount
}
