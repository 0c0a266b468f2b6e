/**
 * THORChain and Maya: swaps named by memos in OP_RETURN outputs and calldata, and by the logs of routers.
 * The identifier of a crossing is the id of the transaction that pays the vault, lower case and without `0x`: what
 * `OUT:` and `REFUND:` memos repeat. Both chains speak one grammar and no memo says which of them is meant, so that
 * both are `thorchain` here; the contract tells them apart where there is one.
 * @module
 */
import { toScript } from '../../address/index.ts'
import { LootlineError } from '../../errors.ts'
import { nativeAsset } from '../../units/asset.ts'
import { type AssetId, addressOf, type ChainId, type HolderId } from '../../units/caip.ts'
import { fromHex } from '../../units/hex.ts'
import type { CrossLink } from '../crossLink.ts'
import type { Transaction } from '../transaction.ts'
import { isAmong, MAYA_ROUTERS, THORCHAIN_ROUTERS } from './contracts.ts'
import { event, type Log, type Readers, uint } from './event.ts'
import { bareTxid, contractOf, evmAsset, evmHolder, holderOrNull } from './evm.ts'
import { type Dialect, type Memo, memoText, readMemo } from './memo.ts'

const PROTOCOL = 'thorchain'

/** A transaction carries one memo; more are read up to here, since anybody can add outputs. */
const MAX_MEMOS = 8

/**
 * What memos say. A memo proves nothing of who wrote it: whoever pairs links looks at who is paid.
 *
 * @param memos data of OP_RETURN outputs in order of outputs, or the transaction's own input on account chains
 *
 * @example
 * memoLinks(BITCOIN, transaction, [utf8ToBytes('OUT:8D1A…')]) // one `in` link, id '8d1a…'
 */
export function memoLinks(
  chain: ChainId,
  transaction: Transaction,
  memos: readonly Uint8Array[],
): CrossLink[] {
  for (const bytes of memos.slice(0, MAX_MEMOS)) {
    const text = memoText(bytes)
    const memo = text === null ? null : readMemo(continued(text, transaction), null)
    // A transaction has one intent: of several the first that can be read.
    if (memo !== null) return [linkOf(chain, transaction.txid, memo, paidBy(chain, transaction, memo), null)]
  }
  return []
}

/**
 * Memos over 80 characters: the first 79 and `^`, the rest in outputs behind the OP_RETURN as if it were the hashes of
 * witness addresses, 20 bytes each, the last filled with zeros (same page, "Memo greater than 80 characters").
 */
function continued(text: string, { chain, outputs }: Transaction): string {
  if (!text.endsWith('^')) return text
  let memo = text.slice(0, -1)
  for (const { holder } of outputs.slice(outputs.findIndex((output) => output.holder === null) + 1)) {
    const script = holder === null ? null : scriptOf(chain, holder)
    // OP_0 and a push of 20 bytes (BIP-141).
    if (script?.length !== 22 || script[0] !== 0 || script[1] !== 20) break
    const end = script.indexOf(0, 2)
    const part = memoText(script.subarray(2, end < 0 ? undefined : end))
    if (part === null) break
    memo += part
    if (end >= 0) break
  }
  return memo
}

function scriptOf(chain: ChainId, holder: HolderId): Uint8Array | null {
  try {
    return toScript(addressOf(holder), chain)
  } catch (error) {
    if (error instanceof LootlineError) return null
    throw error
  }
}

interface Payment {
  readonly holder: HolderId | null
  readonly asset: AssetId | null
  readonly amount: bigint | null
}

const NOTHING: Payment = { holder: null, asset: null, amount: null }

/**
 * Who pays a vault and how much, or whom a vault pays.
 * UTXO chains, in: the vault is the first output, and the user is known by the first input
 * (dev.thorchain.org/concepts/sending-transactions.html, "UTXO Chains"). Out: the one output that is not the vault's own change; null where there are several.
 */
function paidBy(chain: ChainId, { transfers, inputs, outputs }: Transaction, memo: Memo): Payment {
  if (outputs.length > 0) {
    const asset = nativeAsset(chain)?.id ?? null
    if (memo.kind === 'swap') return { holder: inputs[0]?.holder ?? null, asset, amount: outputs[0]!.amount }
    const payers = new Set(inputs.map(({ holder }) => holder))
    const paid = outputs.filter(({ holder }) => holder !== null && !payers.has(holder))
    const [only] = paid
    // Where an input's holder is unknown, its change looks like a payment.
    return only === undefined || paid.length > 1 || payers.has(undefined)
      ? { ...NOTHING, asset }
      : { holder: only.holder, asset, amount: only.amount }
  }
  const sent = transfers.find(({ kind }) => kind === 'native')
  if (sent === undefined) return NOTHING
  return { holder: memo.kind === 'swap' ? sent.from : sent.to, asset: sent.asset, amount: sent.amount }
}

function linkOf(
  chain: ChainId,
  txid: string,
  memo: Memo,
  payment: Payment,
  contract: HolderId | null,
): CrossLink {
  if (memo.kind === 'swap')
    return {
      ...{ protocol: PROTOCOL, side: 'out', id: bareTxid(txid), ...payment },
      otherChain: memo.chain,
      otherHolder: holderOrNull(memo.chain, memo.destination),
      contract,
    }
  return {
    ...{ protocol: PROTOCOL, side: 'in', id: memo.txid, ...payment },
    // What is sent back comes from the chain it is sent back to.
    otherChain: memo.kind === 'refund' ? chain : null,
    otherHolder: null,
    contract,
  }
}

/** thornode `chain/evm/contracts/THORChain_RouterV4.sol` and `…V6.sol`; the same in all versions, and in Maya's. */
const DEPOSIT = event('Deposit(address indexed to, address indexed asset, uint256 amount, string memo)')
const TRANSFER_OUT = event(
  'TransferOut(address indexed vault, address indexed to, address asset, uint256 amount, string memo)',
)
const TRANSFER_OUT_AND_CALL = event(
  'TransferOutAndCall(address indexed vault, address target, uint256 amount, address finalAsset, address to, uint256 amountOutMin, string memo)',
)
/** EIP-20. */
const TRANSFER = event('Transfer(address indexed from, address indexed to, uint256 value)')

/** A deposit with a swap memo: money leaves for another chain. */
function depositLink(chain: ChainId, log: Log, logs: readonly Log[], txid: string): CrossLink | null {
  const values = DEPOSIT.read(log)
  return values === null
    ? null
    : routerLink(chain, txid, log, values['memo']!, {
        holder: payerOf(chain, values['asset']!, values['amount']!, logs),
        asset: evmAsset(chain, values['asset']!),
        amount: uint(values['amount']!),
      })
}

/** A vault's payment with an `OUT:` or `REFUND:` memo. What an aggregator makes of it is in the ledger only. */
function transferOutLink(chain: ChainId, log: Log, _logs: readonly Log[], txid: string): CrossLink | null {
  const called = TRANSFER_OUT_AND_CALL.read(log)
  if (called !== null)
    return routerLink(chain, txid, log, called['memo']!, {
      ...{
        holder: evmHolder(chain, called['to']!),
        asset: evmAsset(chain, called['finalAsset']!),
        amount: null,
      },
    })
  const values = TRANSFER_OUT.read(log)
  return values === null
    ? null
    : routerLink(chain, txid, log, values['memo']!, {
        holder: evmHolder(chain, values['to']!),
        asset: evmAsset(chain, values['asset']!),
        amount: uint(values['amount']!),
      })
}

function routerLink(
  chain: ChainId,
  txid: string,
  log: Log,
  memoHex: string,
  payment: Payment,
): CrossLink | null {
  const contract = contractOf(chain, log.address)
  const text = memoText(fromHex(memoHex))
  const memo = text === null ? null : readMemo(text, dialectOf(contract))
  return memo === null ? null : linkOf(chain, txid, memo, payment, contract)
}

function dialectOf(contract: HolderId | null): Dialect {
  if (isAmong([THORCHAIN_ROUTERS], contract)) return 'thorchain'
  return isAmong([MAYA_ROUTERS], contract) ? 'maya' : null
}

/** `Deposit` does not name the payer: the token's own log does, where one alone fits. */
function payerOf(chain: ChainId, asset: string, amount: string, logs: readonly Log[]): HolderId | null {
  const payers = new Set<string>()
  for (const log of logs) {
    if (log.topics[0] !== TRANSFER.topic || log.address !== `0x${asset.slice(24)}`) continue
    const values = TRANSFER.read(log)
    if (values?.['value'] === amount) payers.add(values['from']!)
  }
  const [only] = payers
  return payers.size === 1 ? evmHolder(chain, only!) : null
}

export const THORCHAIN_ROUTER: Readers = [
  [DEPOSIT, depositLink],
  [TRANSFER_OUT, transferOutLink],
  [TRANSFER_OUT_AND_CALL, transferOutLink],
]
