/**
 * A regtest chain made up for tests: keys of ours, signed transactions, blocks that a node accepts. The same calls give the
 * same bytes.
 * @module
 */
import { payments, script as scripts, Transaction } from 'bitcoinjs-lib'
import { privateKeyToAccount, sign } from 'viem/accounts'
import { fromHex, toHex } from '../../units/hex.ts'
import { blockNetwork } from './blockNetwork.ts'
import { doubleSha256 } from './header.ts'
import { compactSize, concat, inFile, naiveMerkleRoot } from './madeBlocks.test-suite.ts'

/** A key and the output scripts it can spend. */
export interface TestKey {
  readonly secret: `0x${string}`
  readonly publicKey: Uint8Array
  readonly p2pk: Uint8Array
  readonly p2pkh: Uint8Array
  readonly p2wpkh: Uint8Array
  /** P2WPKH within P2SH. */
  readonly p2sh: Uint8Array
}

/** Key number `n`, from 1. */
export function testKey(n: number): TestKey {
  const secret = `0x${n.toString(16).padStart(64, '0')}` as const
  const whole = fromHex(privateKeyToAccount(secret).publicKey)
  const publicKey = Uint8Array.of(whole[64]! % 2 === 0 ? 2 : 3, ...whole.subarray(1, 33))
  const p2wpkh = payments.p2wpkh({ pubkey: publicKey }).output!
  return {
    secret,
    publicKey,
    p2pk: Uint8Array.of(33, ...publicKey, 0xac),
    p2pkh: payments.p2pkh({ pubkey: publicKey }).output!,
    p2wpkh,
    p2sh: payments.p2sh({ redeem: { output: p2wpkh } }).output!,
  }
}

export interface Coin {
  readonly txid: string
  readonly n: number
  readonly sats: number
  readonly script: Uint8Array
  readonly key: TestKey
}

export interface Payment {
  readonly script: Uint8Array
  readonly sats: number
}

/** A transaction that spends these coins, signed. Where `replaceable`, it says so (BIP-125). */
export async function signed(
  coins: readonly Coin[],
  pays: readonly Payment[],
  options: { readonly replaceable?: boolean } = {},
): Promise<Transaction> {
  const tx = new Transaction()
  tx.version = 2
  const sequence = options.replaceable === true ? 0xfffffffd : 0xfffffffe
  for (const { txid, n } of coins) tx.addInput(fromHex(txid).reverse(), n, sequence)
  for (const { script, sats } of pays) tx.addOutput(script, BigInt(sats))
  for (const [i, { key, script, sats }] of coins.entries()) {
    const { p2pk, p2pkh, p2wpkh, p2sh, publicKey } = key
    const own = (each: Uint8Array): boolean => Buffer.compare(each, script) === 0
    if (own(p2pk) || own(p2pkh)) {
      const signature = await signatureOf(key, tx.hashForSignature(i, script, Transaction.SIGHASH_ALL))
      tx.setInputScript(i, scripts.compile(own(p2pk) ? [signature] : [signature, publicKey]))
    } else if (own(p2wpkh) || own(p2sh)) {
      const hash = tx.hashForWitnessV0(i, p2pkh, BigInt(sats), Transaction.SIGHASH_ALL)
      tx.setWitness(i, [await signatureOf(key, hash), publicKey])
      if (own(p2sh)) tx.setInputScript(i, scripts.compile([p2wpkh]))
    } else throw new Error('the key has no such script')
  }
  return tx
}

async function signatureOf(key: TestKey, hash: Uint8Array): Promise<Uint8Array> {
  const { r, s } = await sign({ hash: `0x${toHex(hash)}`, privateKey: key.secret })
  const both = Uint8Array.from([...fromHex(r), ...fromHex(s)])
  return scripts.signature.encode(both, Transaction.SIGHASH_ALL)
}

/** The output of a transaction as a coin to spend. */
export function coinOf(tx: Transaction, n: number, key: TestKey): Coin {
  const { script, value } = tx.outs[n]!
  return { txid: tx.getId(), n, sats: Number(value), script, key }
}

/** Blocks as they are in files, from the first on; grows by {@link RegtestChain.mine}. */
export interface RegtestChain {
  readonly blocks: readonly Uint8Array[]
  /** Appends a block with these transactions; its coinbase, with their fees, pays `script`. */
  mine(script: Uint8Array, transactions?: readonly Transaction[]): Transaction
  /** Takes the last blocks away. */
  drop(blocks: number): void
}

/** The blocks as Bitcoin Core keeps them in one file, to be named `blk00000.dat`. */
export function blockFileOf(blocks: readonly Uint8Array[]): Uint8Array {
  const [magic] = blockNetwork('bitcoin', 'regtest').magics
  return concat(blocks.map((block) => inFile(magic!, block)))
}

/** Coins of a coinbase can be spent so many blocks later (Bitcoin Core, `COINBASE_MATURITY`). */
export const MATURITY = 100
/** Seconds between blocks. */
const SPACING = 600
/** Blocks after which the subsidy halves (Bitcoin Core, regtest in src/kernel/chainparams.cpp). */
const HALVING = 150
/** Easiest target of regtest, compact. */
const BITS = 0x207fffff

/** @param salt goes into every coinbase: another one gives another chain */
export function regtestChain(salt = 0): RegtestChain {
  const blocks: Uint8Array[] = [genesis()]
  const outputs = new Map<string, bigint>()
  const add = (transactions: readonly Transaction[]): void => {
    for (const tx of transactions)
      for (const [n, { value }] of tx.outs.entries()) outputs.set(`${tx.getId()}:${n}`, value)
  }
  const feeOf = (tx: Transaction): bigint =>
    tx.ins.reduce((sum, { hash, index }) => sum + outputs.get(`${idOf(hash)}:${index}`)!, 0n) -
    tx.outs.reduce((sum, { value }) => sum + value, 0n)
  return {
    blocks,
    mine(script, transactions = []) {
      const height = blocks.length
      add(transactions)
      const fees = transactions.reduce((sum, tx) => sum + feeOf(tx), 0n)
      const subsidy = 50_0000_0000n >> BigInt(Math.floor(height / HALVING))
      const coinbase = new Transaction()
      coinbase.version = 2
      const stated = scripts.compile([scripts.number.encode(height), scripts.number.encode(salt + 1000)])
      coinbase.addInput(new Uint8Array(32), 0xffffffff, 0xffffffff, stated)
      coinbase.addOutput(script, subsidy + fees)
      if (transactions.some((tx) => tx.hasWitnesses())) commit(coinbase, transactions)
      add([coinbase])
      const all = [coinbase, ...transactions]
      const time = 1_700_000_000 + SPACING * height
      const previous = doubleSha256(blocks.at(-1)!.subarray(0, 80))
      const header = mined(0x20000000, previous, naiveMerkleRoot(all.map((tx) => tx.getHash())), time)
      blocks.push(concat([header, compactSize(all.length), ...all.map((tx) => tx.toBuffer())]))
      return coinbase
    },
    drop(n) {
      blocks.splice(blocks.length - n)
    },
  }
}

/** The commitment to witnesses (BIP-141, "Commitment structure"). */
function commit(coinbase: Transaction, transactions: readonly Transaction[]): void {
  const reserved = new Uint8Array(32)
  coinbase.setWitness(0, [reserved])
  const root = naiveMerkleRoot([new Uint8Array(32), ...transactions.map((tx) => tx.getHash(true))])
  const commitment = doubleSha256(concat([root, reserved]))
  coinbase.addOutput(Uint8Array.of(0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed, ...commitment), 0n)
}

function mined(version: number, previous: Uint8Array, root: Uint8Array, time: number): Uint8Array {
  const header = concat([u32(version), previous, root, u32(time), u32(BITS), u32(0)])
  const view = new DataView(header.buffer)
  // Half of all hashes are below the target.
  for (let nonce = 0; doubleSha256(header)[31]! >= 0x80; nonce++) view.setUint32(76, nonce, true)
  return header
}

function u32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer)
}

function idOf(hash: Uint8Array): string {
  return toHex(Uint8Array.from(hash).reverse())
}

/** Bitcoin's first transaction in regtest's first header (Bitcoin Core, `CreateGenesisBlock`). */
function genesis(): Uint8Array {
  const times = Buffer.from('The Times 03/Jan/2009 Chancellor on brink of second bailout for banks')
  const key =
    '04678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5f'
  const coinbase = new Transaction()
  coinbase.version = 1
  const input = Uint8Array.of(4, 0xff, 0xff, 0, 0x1d, 1, 4, times.length, ...times)
  coinbase.addInput(new Uint8Array(32), 0xffffffff, 0xffffffff, input)
  coinbase.addOutput(Uint8Array.of(65, ...fromHex(key), 0xac), 50_0000_0000n)
  const root = coinbase.getHash()
  const header = concat([u32(1), new Uint8Array(32), root, u32(1296688602), u32(BITS), u32(2)])
  return concat([header, compactSize(1), coinbase.toBuffer()])
}
