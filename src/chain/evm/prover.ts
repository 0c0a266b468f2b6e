/**
 * Whether a node's answers have the hashes they claim. What no longer has is refused, before it is kept or remembered; what
 * cannot be computed, because the chain or the type of transaction is not Ethereum's own, stays unproven.
 * @module
 */
import type { Hex } from 'viem'
import { BSC, type ChainId, ETHEREUM, POLYGON } from '../../units/caip.ts'
import { assertAnswer } from './assertAnswer.ts'
import {
  headerHash,
  isKnownType,
  listRoot,
  receiptBytes,
  signedBytes,
  type Viem,
  withdrawalBytes,
} from './proof.ts'
import type { RpcBlock, RpcHeader, RpcReceipt, RpcTransaction } from './wire.ts'

/** Every function throws an `AnswerError` where something does not fit. */
export interface Prover {
  /** In words, what it has to take by the node's word. */
  readonly blind: readonly string[]
  /** Its fields hash to its hash. */
  header(header: RpcHeader): void
  /** The header; all transactions and withdrawals are those of its roots. */
  block(block: RpcBlock): void
  /** All receipts, in block order, with their logs, are those of the root; gas and created contracts are what these make them. */
  receipts(block: RpcBlock, receipts: readonly RpcReceipt[]): void
  /** What was signed hashes to the id. */
  id(transaction: RpcTransaction): void
  /** `from` is who signed. Some milliseconds. */
  signer(transaction: RpcTransaction): Promise<void>
}

/** Polygon adds transactions that nobody signs, with what came from another chain; no root covers them (bor, "state-sync"). */
const HAS_UNSIGNED: ReadonlySet<ChainId> = new Set([POLYGON, 'eip155:80002'])
/** Chains all of whose transactions are of Ethereum's types: Ethereum, Sepolia, Hoodi, BNB Smart Chain. */
const HAS_KNOWN_TYPES: ReadonlySet<ChainId> = new Set([ETHEREUM, 'eip155:11155111', 'eip155:560048', BSC])

const NO_HASHES =
  'Block hashes could not be verified: this chain does not make them of its headers as Ethereum does.'
const FOREIGN_TYPES =
  "Transactions of types other than 0 to 4, and with them their blocks' lists, are this node's word, should this chain have any."
const DEVELOPMENT =
  'This is a development node, which lets anybody send for anybody: senders and transaction ids are its word.'

export interface ProverOptions {
  /** Whether a recent block's header hashes as Ethereum's do: then all others' must. */
  readonly provesHeaders: boolean
  /** Senders and ids are taken by the node's word: it lets anybody send for anybody. */
  readonly isDevelopment: boolean
}

export function createProver(
  viem: Viem,
  chain: ChainId,
  { provesHeaders, isDevelopment }: ProverOptions,
): Prover {
  const isSigned = ({ type, r, s }: RpcTransaction): boolean =>
    !HAS_UNSIGNED.has(chain) || Number(type ?? 0) !== 0 || !isZero(r) || !isZero(s)

  const isForeign = (raw: RpcTransaction): boolean => {
    if (isKnownType(raw)) return false
    assertAnswer(!HAS_KNOWN_TYPES.has(chain), 'transactions of the types 0 to 4', `type ${Number(raw.type)}`)
    return true
  }
  const isOfItsWord = (raw: RpcTransaction): boolean => isForeign(raw) || !isSigned(raw) || isDevelopment
  const canProve = ({ transactions }: RpcBlock): boolean => provesHeaders && !transactions.some(isForeign)

  function header(one: RpcHeader): void {
    if (!provesHeaders) return
    const hash = headerHash(viem, one)
    assertAnswer(hash === one.hash, `a header that hashes to ${one.hash}`, `one that hashes to ${hash}`)
  }

  return {
    blind: [
      ...(provesHeaders ? (HAS_KNOWN_TYPES.has(chain) ? [] : [FOREIGN_TYPES]) : [NO_HASHES]),
      ...(isDevelopment ? [DEVELOPMENT] : []),
    ],
    header,
    block(block) {
      header(block)
      if (!canProve(block)) return
      const { transactions, transactionsRoot, withdrawals, withdrawalsRoot } = block
      const sent = transactions.filter(isSigned).map((one) => signedBytes(viem, one))
      checkRoot('transactions', sent, transactionsRoot)
      const withdrawn = (withdrawals ?? []).map((one) => withdrawalBytes(viem, one))
      if (withdrawn.length > 0) checkRoot('withdrawals', withdrawn, withdrawalsRoot)
    },
    receipts(block, receipts) {
      if (!canProve(block)) return
      const listed = block.transactions
        .map((sent, i) => ({ sent, receipt: receipts[i]! }))
        .filter(({ sent }) => isSigned(sent))
      const done = listed.map(({ receipt }) => receiptBytes(viem, receipt))
      checkRoot('receipts', done, block['receiptsRoot'])
      checkReceipts(listed)
    },
    id(raw) {
      if (isOfItsWord(raw)) return
      const serialized = signedBytes(viem, raw)
      const hash = serialized === null ? 'nothing' : viem.keccak256(serialized)
      assertAnswer(
        hash === raw.hash,
        `transaction ${raw.hash} to hash to its id`,
        `one that hashes to ${hash}`,
      )
    },
    async signer(raw) {
      if (isOfItsWord(raw)) return
      const serializedTransaction = signedBytes(viem, raw) as `0x02${string}`
      // viem throws where no key can have made the signature.
      const signer = await viem.recoverTransactionAddress({ serializedTransaction }).catch(() => 'nobody')
      assertAnswer(
        signer.toLowerCase() === raw.from,
        `${raw.hash} to be signed by ${raw.from}`,
        `by ${signer}`,
      )
    },
  }

  function checkRoot(what: string, items: readonly (Hex | null)[], root: unknown): void {
    const known = items.filter((item) => item !== null)
    assertAnswer(known.length === items.length, `${what} as Ethereum has them`, 'some that are not')
    const computed = listRoot(viem, known)
    assertAnswer(computed === root, `${what} of root ${root}`, `such of root ${computed}`)
  }

  /** What a receipt says beside what the root covers, and is told by that. */
  function checkReceipts(
    listed: readonly { readonly sent: RpcTransaction; readonly receipt: RpcReceipt }[],
  ): void {
    let before = 0n
    for (const { sent, receipt } of listed) {
      const { hash, to, from, nonce } = sent
      const cumulative = BigInt(receipt.cumulativeGasUsed)
      const used = BigInt(receipt.gasUsed)
      assertAnswer(cumulative - before === used, `${hash} to use ${cumulative - before} gas`, String(used))
      before = cumulative
      if (to || !receipt.contractAddress) continue
      const made = viem.getContractAddress({ from: from as Hex, nonce: BigInt(nonce as string) })
      const { contractAddress } = receipt
      assertAnswer(made.toLowerCase() === contractAddress, `${hash} to make ${made}`, contractAddress)
    }
  }
}

function isZero(value: unknown): boolean {
  return typeof value === 'string' && /^0x0*$/.test(value)
}
