import { describe, expect, it } from 'vitest'
import { BITCOIN, BITCOIN_CASH, BITCOIN_TESTNET, ETHEREUM, LITECOIN, TRON } from '../units/caip.ts'
import { fromHex, toHex } from '../units/hex.ts'
import { parseAddress, recognise } from './parseAddress.ts'
import { fromScript, toScript } from './script.ts'

/** BIP-350, "Test vectors for v0-v16 native segregated witness addresses": valid ones with their scripts. */
const VALID: readonly (readonly [address: string, script: string])[] = [
  ['BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4', '0014751e76e8199196d454941c45d1b3a323f1433bd6'],
  [
    'tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7',
    '00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262',
  ],
  [
    'bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y',
    '5128751e76e8199196d454941c45d1b3a323f1433bd6751e76e8199196d454941c45d1b3a323f1433bd6',
  ],
  ['BC1SW50QGDZ25J', '6002751e'],
  ['bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs', '5210751e76e8199196d454941c45d1b3a323'],
  [
    'tb1qqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesrxh6hy',
    '0020000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433',
  ],
  [
    'tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c',
    '5120000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433',
  ],
  [
    'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0',
    '512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798',
  ],
]

/** BIP-350, the invalid ones, with the words we use for the same reasons. */
const INVALID: readonly (readonly [address: string, reason: string])[] = [
  ['tc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq5zuyut', 'form of no chain'],
  ['bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd', 'bech32 where'],
  ['tb1z0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqglt7rf', 'bech32 where'],
  ['BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL', 'bech32 where'],
  ['bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh', 'bech32m where'],
  ['tb1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq24jc47', 'bech32m where'],
  ['bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4', 'the checksum fails'],
  ['BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R', 'witness version'],
  ['bc1pw5dgrnzv', '1 bytes'],
  ['bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v8n0nx0muaewav253zgeav', '41 bytes'],
  ['BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P', '16 bytes'],
  ['tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq47Zagq', 'mixed'],
  ['bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf', 'padding'],
  ['tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vpggkg4j', 'padding'],
  ['bc1gmk9yu', 'witness version'],
]

describe('scripts', () => {
  it.each(VALID)('agree with BIP-350 on %s', (address, script) => {
    const chain = parseAddress(address).chain
    expect(toHex(toScript(address, chain))).toBe(script)
    expect(fromScript(fromHex(script), chain)).toBe(address.toLowerCase())
  })

  it.each(INVALID)('refuse %s as BIP-350 does', (address, reason) => {
    expect(recognise(address)).toEqual([])
    expect(() => parseAddress(address)).toThrow(reason)
  })

  /** bitcoincash.org spec/cashaddr.md, "Examples of address translation". */
  it.each([
    ['1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu', 'qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a'],
    ['1KXrWXciRDZUpQwQmuM1DbwsKDLYAYsVLR', 'qr95sy3j9xwd2ap32xkykttr4cvcu7as4y0qverfuy'],
    ['16w1D5WRVKJuZUsSRzdLp9w3YGcgoxDXb', 'qqq3728yw0y47sqn6l2na30mcw6zm78dzqre909m2r'],
    ['3CWFddi6m4ndiGyKqzYvsFYagqDLPVMTzC', 'ppm2qsznhks23z7629mms6s4cwef74vcwvn0h829pq'],
    ['3LDsS579y7sruadqu11beEJoTjdFiFCdX4', 'pr95sy3j9xwd2ap32xkykttr4cvcu7as4yc93ky28e'],
    ['31nwvkZwyPdgzjBJZXfDmSWsC4ZLKpYyUw', 'pqq3728yw0y47sqn6l2na30mcw6zm78dzq5ucqzc37'],
  ])('say the same of %s in both forms of Bitcoin Cash', (legacy, cash) => {
    const script = toScript(legacy, BITCOIN)
    expect(toScript(legacy, BITCOIN_CASH)).toEqual(script)
    expect(toScript(cash, BITCOIN_CASH)).toEqual(script)
    expect(fromScript(script, BITCOIN)).toBe(legacy)
    expect(fromScript(script, BITCOIN_CASH)).toBe(cash)
  })

  it('refuse other types and lengths of CashAddr', () => {
    // Same page, "Larger test vectors": 24 bytes, and 32 bytes of type 0.
    expect(() => parseAddress('bitcoincash:q9adhakpwzztepkpwp5z0dq62m6u5v5xtyj7j3h2ws4mr9g0')).toThrow(
      'length is wrong',
    )
    expect(() =>
      parseAddress('bitcoincash:qvch8mmxy0rtfrlarg7ucrxxfzds5pamg73h7370aa87d80gyhqxq5nlegake'),
    ).toThrow('length is wrong')
  })

  it('keep a bare key as itself', () => {
    // Genesis block, output 0: the first key of all, and of which an explorer shows 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa.
    const key =
      '04678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5f'
    const script = fromHex(`41${key}ac`)
    const holder = fromScript(script, BITCOIN)
    expect(holder).toMatch(/^p2pk-[1-9A-HJ-NP-Za-km-z]{90,123}$/)
    expect(toScript(holder!, BITCOIN)).toEqual(script)
    expect(parseAddress(holder!, BITCOIN)).toEqual({ chain: BITCOIN, address: holder, form: 'p2pk' })
    expect(fromScript(fromHex(`21${'02'.repeat(33)}ac`), BITCOIN)).toMatch(/^p2pk-/)
    expect(fromScript(fromHex(`21${'05'.repeat(33)}ac`), BITCOIN)).toBeNull()
  })

  it.each([
    ['', 'empty'],
    ['6a0b68656c6c6f20776f726c64', 'OP_RETURN'],
    [`5121${'02'.repeat(33)}51ae`, 'bare multisig'],
    [`0015${'11'.repeat(21)}`, 'version 0 of a wrong length'],
    [`0029${'11'.repeat(41)}`, 'too long a program'],
    [`5029${'11'.repeat(40)}`, 'OP_RESERVED'],
    [`76a913${'11'.repeat(19)}88ac00`, 'a short hash'],
    [`a914${'11'.repeat(20)}88`, 'another last operation'],
    [`aa20${'11'.repeat(32)}87`, 'P2SH32 outside Bitcoin Cash'],
  ])('have no address: %s (%s)', (script) => {
    expect(fromScript(fromHex(script), BITCOIN)).toBeNull()
  })

  it('follow the chain', () => {
    const long = fromHex(`aa20${'11'.repeat(32)}87`)
    const address = fromScript(long, BITCOIN_CASH)!
    expect(parseAddress(address)).toEqual({ chain: BITCOIN_CASH, address, form: 'p2sh32' })
    expect(toScript(address, BITCOIN_CASH)).toEqual(long)
    const witness = fromHex('0014751e76e8199196d454941c45d1b3a323f1433bd6')
    expect(fromScript(witness, BITCOIN_CASH)).toBeNull()
    expect(fromScript(witness, LITECOIN)).toBe('ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9')
    expect(fromScript(witness, BITCOIN_TESTNET)).toBe('tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx')
    for (const chain of [ETHEREUM, TRON, 'bip122:1a91e3dace36e2be3bf030a65679fe82']) {
      expect(fromScript(witness, chain), chain).toBeNull()
    }
    expect(() => toScript('0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed', ETHEREUM)).toThrow(
      'no output scripts',
    )
    expect(() => toScript('bc1sw50qgdz25j', LITECOIN)).toThrow('not of Litecoin')
    expect(() => toScript('123wbudmsjv4gctdvez6qq6z8nxskrj4kx', BITCOIN)).toThrow('not of Bitcoin')
    expect(() => toScript('1'.repeat(131), BITCOIN)).toThrow('too long')
  })
})
