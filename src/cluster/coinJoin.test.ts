import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import { coinJoin, REFUSED, refusedRows } from './coinJoin.ts'
import { payJoin } from './coinjoin/equalOutputs.ts'
import { type PlainTransaction, plainColumns, realData } from './plainTransaction.test-suite.ts'

interface EsploraTx {
  txid: string
  vin: { txid: string; vout: number; prevout: { scriptpubkey: string; value: number } }[]
  vout: { scriptpubkey: string; scriptpubkey_type: string; value: number }[]
}

function fromEsplora({ txid, vin, vout }: EsploraTx): PlainTransaction {
  return {
    txid,
    inputs: vin.map(({ txid, vout, prevout }) => ({
      txid,
      n: vout,
      script: prevout.scriptpubkey,
      sats: prevout.value,
    })),
    outputs: vout.map(({ scriptpubkey, scriptpubkey_type, value }) => ({
      script: scriptpubkey_type === 'op_return' ? null : scriptpubkey,
      kind: scriptpubkey_type === 'op_return' ? 'data' : 'p2wpkh',
      sats: value,
    })),
  }
}

const folder = realData('bitcoin-json')
const read = (name: string): unknown => JSON.parse(readFileSync(join(folder!, name), 'utf8'))

/** Kinds found, strongest first. */
function kinds(tx: PlainTransaction): string[] {
  return coinJoin(plainColumns([tx]).columns, 0).findings.map(({ kind }) => kind)
}

describe.skipIf(folder === null)('real transactions', () => {
  test.each([
    ['whirlpool-coinjoin.json', ['whirlpool']],
    ['wabisabi-coinjoin.json', ['wasabi-2.0']],
    ['joinmarket-coinjoin.json', ['joinmarket', 'equal-outputs']],
    ['batch-withdrawal-143.json', []],
    ['bare-multisig.json', []],
    ['dust-attack-555.json', []],
    ['simple-legacy-p2pkh.json', []],
    ['taproot-op-return.json', []],
    ['taproot-script-path.json', []],
  ])('%s: %j', (name, expected) => {
    const tx = fromEsplora(read(name) as EsploraTx)
    expect(kinds(tx)).toEqual(expect.arrayContaining(expected))
    expect(kinds(tx)[0]).toBe(expected[0])
    expect(refusedRows(plainColumns([tx]).columns)[0]).toBe(
      expected.length > 0 ? REFUSED.coinJoin : REFUSED.no,
    )
  })

  test('none of the 98 escrows is a CoinJoin', () => {
    const escrows = ['hodlhodl-tp.json', 'hodlhodl-fp.json'].flatMap(
      (name) => read(name) as { tx: EsploraTx }[],
    )
    expect(escrows.length).toBe(98)
    for (const { tx } of escrows) expect(kinds(fromEsplora(tx)), tx.txid).toEqual([])
  })
})

let made = 0
/** Inputs and outputs of a transaction by their sats, each to a script of its own; negative sats: OP_RETURN. */
function tx(inputs: readonly number[], outputs: readonly number[]): PlainTransaction {
  return {
    txid: String(made),
    inputs: inputs.map((sats) => ({ script: `s${made++}`, sats })),
    outputs: outputs.map((sats) =>
      sats < 0 ? { script: null, kind: 'data', sats: 0 } : { script: `s${made++}`, sats },
    ),
  }
}
const times = (n: number, sats: number): number[] => Array.from({ length: n }, () => sats)
const rising = (n: number, from: number): number[] => Array.from({ length: n }, (_, i) => from + 7 * i)

describe('coinJoin', () => {
  it('JoinMarket: three equal outputs and changes; not all equal, nor dust, nor one owner', () => {
    expect(kinds(tx([9e6, 8e6, 7e6], [5e6, 5e6, 5e6, 4e6, 3e6, 2e6]))).toContain('joinmarket')
    expect(kinds(tx([9e6, 8e6, 7e6], [5e6, 5e6, 5e6]))).not.toContain('joinmarket')
    expect(kinds(tx([9e6, 8e6, 7e6], [2730, 2730, 2730, 4e6, 3e6, 2e6]))).toEqual([])
    const one = tx([9e6, 8e6, 7e6], [5e6, 5e6, 5e6, 4e6, 3e6, 2e6])
    expect(kinds({ ...one, inputs: one.inputs.map((input) => ({ ...input, script: 'same' })) })).toEqual([])
    const reused = { ...one, outputs: one.outputs.map((output) => ({ ...output, script: 'same' })) }
    expect(kinds(reused)).not.toContain('joinmarket')
  })

  it('JoinMarket of two: only where the maker gains; else a Stonewall may have made it', () => {
    // The taker of 148,798 sat pays the maker 107 and the miners 1,290.
    expect(kinds(tx([148_798, 1_448_113], [46_981, 100_420, 1_347_800, 100_420]))[0]).toBe('joinmarket')
    expect(kinds(tx([148_798, 1_448_113], [46_981, 100_420, 1_347_000, 100_420]))).toEqual(['equal-outputs'])
  })

  it('Wasabi 1.0: no round payout to few, no script behind more than a tenth', () => {
    const mix = tx(rising(12, 12e6), [...times(10, 9_980_000), ...rising(9, 1e6)])
    expect(kinds(mix)).toContain('wasabi-1.0')
    const payout = tx(rising(12, 12e6), times(11, 9_980_000))
    expect(kinds(payout)).not.toContain('wasabi-1.0')
    const few = { ...mix, inputs: mix.inputs.map((input, i) => ({ ...input, script: `t${i % 4}` })) }
    expect(kinds(few)).not.toContain('wasabi-1.0')
  })

  it('Wasabi 1.1: several levels, each twice as large', () => {
    const mix = tx(rising(20, 5e7), [...times(10, 9_990_000), ...times(4, 19_980_000), ...rising(12, 1e6)])
    const { findings } = coinJoin(plainColumns([mix]).columns, 0)
    const found = findings.find(({ kind }) => kind === 'wasabi-1.1')
    // 50 + 50 x (10/20 - 1/7) / (6/7), rounded down.
    expect(found?.confidence).toBe(70)
    expect(found?.reasons).toContain('4 outputs are 19980000 sat')
  })

  it('Wasabi 2.0: at least three amounts twice, none below 5,000 sat', () => {
    const outputs = [...times(8, 10_000), ...times(6, 20_000), ...times(3, 50_000), 123_457]
    expect(kinds(tx(rising(20, 1e6), outputs))).toContain('wasabi-2.0')
    expect(kinds(tx(rising(20, 1e6), [...outputs, 4999]))).not.toContain('wasabi-2.0')
    expect(kinds(tx(rising(19, 1e6), outputs))).not.toContain('wasabi-2.0')
  })

  it('Whirlpool: lineage decides where it is known, and makes a Tx0 sure', () => {
    const tx0 = tx([3e6], [1_010_000, 1_010_000, 50_000, 900_000, -1])
    expect(kinds(tx0)).toEqual(['whirlpool-tx0'])
    const mix = tx([1_010_000, 1_010_000, 1e6, 1e6, 1e6], times(5, 1e6))
    const linked = {
      ...mix,
      inputs: mix.inputs.map((input, i) => (i < 2 ? { ...input, txid: tx0.txid, n: i } : input)),
    }
    const { columns, links } = plainColumns([tx0, linked])
    expect(coinJoin(columns, 1, { links }).findings[0]?.kind).toBe('whirlpool')
    expect(coinJoin(columns, 0, { links }).findings[0]?.confidence).toBe(90)
    expect([...refusedRows(columns, { links })]).toEqual([REFUSED.no, REFUSED.coinJoin])
    const other = tx([3e6], [1_010_000, 1_010_000, 900_000])
    const wrong = { ...linked, inputs: linked.inputs.map((input) => ({ ...input, txid: other.txid, n: 0 })) }
    const foreign = plainColumns([other, wrong])
    expect(coinJoin(foreign.columns, 1, { links: foreign.links }).findings).toEqual([])
  })

  it("an exchange's address cancels JoinMarket and Wasabi 1", () => {
    const { columns } = plainColumns([tx([9e6, 8e6, 7e6], [5e6, 5e6, 5e6, 4e6, 3e6, 2e6])])
    const { findings, vetoes } = coinJoin(columns, 0, { isExchange: () => true })
    expect(findings.map(({ kind }) => kind)).toEqual(['equal-outputs'])
    expect(vetoes).toEqual([{ reason: "an input is labelled an exchange's", cancels: ['joinmarket'] }])
  })
})

describe('payJoin', () => {
  const found = (tx: PlainTransaction): boolean => payJoin(plainColumns([tx]).columns, 0) !== null
  it('needs an input that the payment did not', () => {
    expect(found(tx([100_000, 30_000], [60_000, 69_000]))).toBe(true)
    expect(found(tx([100_000, 30_000], [110_000, 19_000]))).toBe(false)
    expect(found(tx([100_000, 30_000], [60_000, 60_000, 9_000]))).toBe(false)
  })
  it('is not seen in one address, in mixed scripts, or where an amount is unknown', () => {
    const plain = tx([100_000, 30_000], [60_000, 69_000])
    expect(found({ ...plain, inputs: plain.inputs.map((input) => ({ ...input, script: 'same' })) })).toBe(
      false,
    )
    expect(found({ ...plain, inputs: [plain.inputs[0]!, { ...plain.inputs[1]!, kind: 'p2pkh' }] })).toBe(
      false,
    )
    expect(found({ ...plain, inputs: [plain.inputs[0]!, { ...plain.inputs[1]!, sats: Number.NaN }] })).toBe(
      false,
    )
  })
})
