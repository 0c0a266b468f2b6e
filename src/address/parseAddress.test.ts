import { describe, expect, it } from 'vitest'
import { KNOWN_ASSETS } from '../units/asset.ts'
import {
  BITCOIN,
  BITCOIN_CASH,
  BITCOIN_REGTEST,
  BITCOIN_SIGNET,
  BITCOIN_TESTNET,
  BITCOIN_TESTNET4,
  BSC,
  ETHEREUM,
  LITECOIN,
  LITECOIN_REGTEST,
  LITECOIN_TESTNET,
  TRON,
} from '../units/caip.ts'
import { canonicalEvm, parseAddress, recognise } from './parseAddress.ts'

describe('parseAddress', () => {
  it.each([
    // The address of the genesis block's key; examples of BIP-173 and BIP-350.
    ['1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa', BITCOIN, 'p2pkh'],
    ['3QJmV3qfvL9SuYo34YihAf3sRCW3qSinyC', BITCOIN, 'p2sh'],
    ['bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', BITCOIN, 'p2wpkh'],
    ['bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3', BITCOIN, 'p2wsh'],
    ['bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0', BITCOIN, 'p2tr'],
    ['bc1sw50qgdz25j', BITCOIN, 'witness'],
    // Pay-to-anchor, Bitcoin Core 28.
    ['bc1pfeessrawgf', BITCOIN, 'witness'],
    ['TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t', TRON, 'tron'],
  ])('knows %s', (text, chain, form) => {
    const { others: _, ...rest } = parseAddress(text)
    expect(rest).toEqual({ chain, address: text, form })
    expect(parseAddress(text, chain)).toEqual({ chain, address: text, form })
  })

  it('gives one holder one spelling', () => {
    const ethereum = { chain: ETHEREUM, address: '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed', form: 'evm' }
    expect(parseAddress('0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed')).toEqual({ ...ethereum, anyEvm: true })
    expect(parseAddress('0X5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED', BSC)).toEqual({
      ...ethereum,
      chain: BSC,
    })
    expect(parseAddress('BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4').address).toBe(
      'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
    )
    // USDT on Tron as its API writes contracts.
    expect(parseAddress('41a614f803b6fd780986a42c78ec9c7f77e6ded13c', TRON).address).toBe(
      'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t',
    )
    const cash = 'qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a'
    for (const text of [
      cash,
      cash.toUpperCase(),
      `bitcoincash:${cash}`,
      '1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu',
    ]) {
      expect(parseAddress(text, BITCOIN_CASH), text).toEqual({
        chain: BITCOIN_CASH,
        address: cash,
        form: 'p2pkh',
      })
    }
    // Litecoin's two spellings of one script hash.
    const script = parseAddress('3CWFddi6m4ndiGyKqzYvsFYagqDLPVMTzC', LITECOIN)
    expect(script).toEqual({ chain: LITECOIN, address: 'MJiPwX84iBe4WnFDwsYGgtnz1XonPhUqhf', form: 'p2sh' })
    expect(parseAddress(script.address, LITECOIN)).toEqual(script)
  })

  it('says which other chains the spelling fits', () => {
    expect(parseAddress('1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa').others).toEqual([BITCOIN_CASH])
    expect(parseAddress('3QJmV3qfvL9SuYo34YihAf3sRCW3qSinyC').others).toEqual([LITECOIN, BITCOIN_CASH])
    expect(parseAddress('tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx').others).toEqual([
      BITCOIN_TESTNET4,
      BITCOIN_SIGNET,
    ])
    expect(parseAddress('mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn').others).toEqual([
      BITCOIN_TESTNET4,
      BITCOIN_SIGNET,
      BITCOIN_REGTEST,
      LITECOIN_TESTNET,
      LITECOIN_REGTEST,
    ])
    expect(parseAddress('mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn').chain).toBe(BITCOIN_TESTNET)
    expect(parseAddress('bc1sw50qgdz25j').others).toBeUndefined()
  })

  it('tells a wrong chain by name', () => {
    expect(() => parseAddress('bc1sw50qgdz25j', LITECOIN)).toThrow('it is of Bitcoin, not of Litecoin')
    expect(() => parseAddress('bc1sw50qgdz25j', 'bip122:1a91e3dace36e2be3bf030a65679fe82')).toThrow(
      'not of bip122:1a91',
    )
    expect(() => parseAddress('0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed', TRON)).toThrow(
      'it is of Ethereum',
    )
    // Dash (OFAC list), version byte 76.
    expect(() => parseAddress('XnPFsRWTaSgiVauosEwQ6dEitGYXgwznz2')).toThrow(
      'not known here (Base58Check version 76)',
    )
  })

  it('matches base58 without its capitals, and says that it is unverified', () => {
    // As OFAC's list of 2026-08-20 writes it.
    const tron = { chain: TRON, address: 'tniq9axbp9ejuqhdhrwrfvaa8u3guqzh81', form: 'tron', caseless: true }
    expect(recognise('tniq9axbp9ejuqhdhrwrfvaa8u3guqzh81')).toEqual([tron])
    expect(recognise('123wbudmsjv4gctdvez6qq6z8nxskrj4kx').map((r) => [r.chain, r.caseless])).toEqual([
      [BITCOIN, true],
      [BITCOIN_CASH, true],
    ])
    expect(recognise('3qjmv3qfvl9suyo34yihaf3srcw3qsinyc').map((r) => r.chain)).toEqual([
      BITCOIN,
      LITECOIN,
      BITCOIN_CASH,
    ])
    expect(recognise('lnf2jdiuunbz7gmdkfyhn4rq5mexwxiwfb').map((r) => r.chain)).toEqual([LITECOIN])
    expect(recognise('mjipwx84ibe4wnfdwsyggtnz1xonphuqhf').map((r) => r.chain)).toEqual([LITECOIN])
    // Small letters that happen to begin like a testnet witness address.
    expect(recognise(`tb1${'z'.repeat(31)}`)).toMatchObject([{ chain: TRON, caseless: true }])
  })

  it.each([
    ['', 'empty'],
    ['x'.repeat(131), 'longer than 130 characters'],
    ['hello', 'the form of no chain'],
    ['1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb', 'the checksum fails'],
    [
      '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNA',
      'one letter has the wrong case, and the checksum fails; 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa would pass',
    ],
    ['TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6T', 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t would pass'],
    ['1A1ZP1EP5QGEFI2DMPTFTL5SLMV7DIVFNA', '0, O, I or l'],
    ['TR7NHQJEKQXGTCY8Q8ZY4PL8UTSZGJLJ6T', 'the small letters are lost'],
    ['1A1zP1eP5QGefi2DMPTfTL5SLmv7Divf0a', '0, O, I or l'],
    ['TB1NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t', 'the checksum fails'],
    ['0x5aaeb6053f3e94c9b9a09f33669435e7ef1beae', 'not 40 hex digits'],
    ['0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaeg', 'not 40 hex digits'],
    [
      '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD',
      'one letter has the wrong case, and the EIP-55 checksum fails; 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed would pass',
    ],
    ['0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAee', 'a digit may be wrong'],
    ['qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6q', 'the checksum fails'],
    ['bitcoincash:QPm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a', 'capitals and small letters are mixed'],
    ['bitcoincash:bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a', 'foreign'],
    ['bitcoincash:', 'the checksum fails'],
    ['p2pk-1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa', 'no public key'],
  ])('refuses %s', (text, reason) => {
    expect(() => parseAddress(text)).toThrow(reason)
    expect(recognise(text)).toEqual([])
  })

  it('shows hostile text harmlessly and says what to do', () => {
    let caught: unknown
    try {
      parseAddress('\u001b[2J\u202e'.repeat(9))
    } catch (error) {
      caught = error
    }
    expect(caught).toMatchObject({
      code: 'ADDRESS_BAD_ADDRESS',
      next: expect.stringContaining('Copy the address'),
    })
    expect((caught as Error).message).toContain('"\\u{1b}[2J\\u{202e}\\u{1b}')
  })
})

describe('canonicalEvm', () => {
  // ERC-55, "Test Cases".
  it.each([
    '0x52908400098527886E0F7030069857D2E4169EE7',
    '0x8617E340B3D01FA5F11F306F4090FD50E238070D',
    '0xde709f2102306220921060314715629080e2fb77',
    '0x27b1fdb04752bbc536007a920d24acb045561c26',
    '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
    '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359',
    '0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB',
    '0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb',
  ])('agrees with ERC-55 on %s', (address) => {
    expect(canonicalEvm(address)).toBe(address)
    expect(canonicalEvm(address.toLowerCase())).toBe(address)
  })

  it('agrees with the table of known assets', () => {
    for (const { id } of KNOWN_ASSETS) {
      const contract = /erc20:(.*)/.exec(id)?.[1]
      if (contract !== undefined) expect(canonicalEvm(contract)).toBe(contract)
    }
  })

  it('takes nothing else', () => {
    expect(() => canonicalEvm('TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t')).toThrow('not 40 hex digits after 0x')
    expect(() => canonicalEvm('5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed')).toThrow(
      'not 40 hex digits after 0x',
    )
  })
})
