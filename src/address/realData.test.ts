import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { BITCOIN } from '../units/caip.ts'
import { fromHex, toHex } from '../units/hex.ts'
import { chainName } from './chainName.ts'
import { parseAddress, recognise } from './parseAddress.ts'
import { fromScript, toScript } from './script.ts'

const DATA = process.env['LOOTLINE_DATA'] ?? path.join(import.meta.dirname, '../../../shared/data')
const absent = !existsSync(DATA)
if (absent) console.warn(`skipped: no real data in ${DATA}; set LOOTLINE_DATA`)

function read(...parts: string[]): string {
  return readFileSync(path.join(DATA, ...parts), 'utf8')
}

/** How often each chain comes first; `?` is not recognised, `~` is caseless. */
function census(addresses: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const address of addresses) {
    const first = recognise(address)[0]
    const key =
      first === undefined ? '?' : `${first.caseless ? '~' : ''}${chainName(first.chain)} ${first.form}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return [...counts]
    .map(([key, count]) => `${count} ${key}`)
    .sort()
    .join(', ')
}

describe.skipIf(absent)('real addresses', () => {
  it('of OFAC as of 2024, with their capitals', () => {
    const known = ['ARB', 'BCH', 'BSC', 'ETC', 'ETH', 'LTC', 'TRX', 'USDC', 'USDT', 'XBT']
    const counts = known.map((asset) => {
      const addresses: string[] = JSON.parse(
        read('sanctions/ofac-0xb10c', `sanctioned_addresses_${asset}.json`),
      )
      return `${asset}: ${census(addresses)}`
    })
    expect(counts).toMatchInlineSnapshot(`
      [
        "ARB: 1 Ethereum evm",
        "BCH: 1 Bitcoin p2pkh, 6 Bitcoin Cash p2pkh",
        "BSC: 1 Ethereum evm",
        "ETC: 1 Ethereum evm",
        "ETH: 152 Ethereum evm",
        "LTC: 1 Litecoin p2sh, 9 Litecoin p2pkh",
        "TRX: 6 Tron tron",
        "USDC: 2 Ethereum evm",
        "USDT: 11 Tron tron, 2 Bitcoin p2sh, 5 Bitcoin p2pkh, 8 Ethereum evm",
        "XBT: 1 Tron tron, 158 Bitcoin p2sh, 196 Bitcoin p2pkh, 72 Bitcoin p2wpkh, 8 Bitcoin p2wsh",
      ]
    `)
    for (const asset of ['BTG', 'DASH', 'XMR', 'XRP', 'XVG', 'ZEC']) {
      const addresses: string[] = JSON.parse(
        read('sanctions/ofac-0xb10c', `sanctioned_addresses_${asset}.json`),
      )
      for (const address of addresses) expect(recognise(address), address).toEqual([])
    }
  })

  it('keep their chains and form when they lose their capitals', () => {
    let checked = 0
    for (const asset of ['XBT', 'LTC', 'BCH', 'TRX', 'USDT', 'ETH']) {
      const addresses: string[] = JSON.parse(
        read('sanctions/ofac-0xb10c', `sanctioned_addresses_${asset}.json`),
      )
      for (const address of addresses) {
        const outline = (text: string): string[] =>
          recognise(text).map(({ chain, form }) => `${chain} ${form}`)
        expect(outline(address.toLowerCase()), address).toEqual(outline(address))
        checked++
      }
    }
    expect(checked).toBe(636)
  })

  it('of OFAC as of 2026, in small letters', () => {
    const list: { addresses: Record<string, { type: string }> } = JSON.parse(
      read('sanctions/ofac-crypto-json/sanctioned-addresses.json'),
    )
    const byAsset: Record<string, string[]> = {}
    for (const [address, { type }] of Object.entries(list.addresses)) {
      const asset = type.replace('Digital Currency Address - ', '')
      byAsset[asset] = [...(byAsset[asset] ?? []), address]
    }
    const counts = Object.entries(byAsset).map(([asset, addresses]) => `${asset}: ${census(addresses)}`)
    expect(counts.sort()).toMatchInlineSnapshot(`
      [
        "BCH: 1 ~Bitcoin p2pkh, 6 Bitcoin Cash p2pkh",
        "BNB: 1 ?",
        "BSV: 1 ~Bitcoin p2pkh",
        "BTG: 1 ?",
        "DASH: 5 ?",
        "DOGE: 2 ?",
        "ETH: 98 Ethereum evm",
        "LTC: 1 Litecoin p2wpkh, 1 ~Litecoin p2sh, 11 ~Litecoin p2pkh",
        "SOL: 4 ?",
        "TRX: 198 ~Tron tron",
        "USDT: 2 ~Bitcoin p2sh, 5 ~Bitcoin p2pkh, 6 Ethereum evm, 78 ~Tron tron",
        "XBT: 1 ~Tron tron, 10 Bitcoin p2wsh, 133 Bitcoin p2wpkh, 177 ~Bitcoin p2sh, 202 ~Bitcoin p2pkh",
        "XMR: 11 ?",
        "XRP: 1 ?",
        "XVG: 1 ?",
        "ZEC: 4 ?",
      ]
    `)
  })

  it('of the Israeli seizures', () => {
    const wallets = read('tron-seizure/trc20_wallets_processed.txt').split(/\s+/).filter(Boolean)
    expect(census(wallets)).toMatchInlineSnapshot(`"44 Tron tron"`)
  })

  it('of real outputs: the same as Esplora says', () => {
    const folder = path.join(DATA, 'bitcoin-json')
    // Other layouts, which carry no addresses, lie in sub-folders.
    const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
    const types: Record<string, number> = {}
    for (const file of files) {
      for (const output of outputsIn(JSON.parse(readFileSync(path.join(folder, file), 'utf8')))) {
        const type = output.scriptpubkey_type
        types[type] = (types[type] ?? 0) + 1
        const address = fromScript(fromHex(output.scriptpubkey), BITCOIN)
        expect(address, `${file} ${output.scriptpubkey}`).toBe(output.scriptpubkey_address ?? null)
        if (address !== null) expect(toHex(toScript(address, BITCOIN))).toBe(output.scriptpubkey)
      }
    }
    expect(types).toMatchInlineSnapshot(`
      {
        "multisig": 1,
        "op_return": 51,
        "p2pkh": 82,
        "p2sh": 78,
        "pubkeyhash": 34,
        "scripthash": 187,
        "v0_p2wpkh": 433,
        "v0_p2wsh": 6,
        "v1_p2tr": 485,
        "witness_v0_keyhash": 88,
        "witness_v0_scripthash": 16,
      }
    `)
  })

  it('of TagPacks: all but seven are what their currency says', () => {
    const chainOf: Record<string, string> = {
      BTC: 'Bitcoin',
      ETH: 'Ethereum',
      LTC: 'Litecoin',
      BCH: 'Bitcoin Cash',
      TRX: 'Tron',
    }
    const folder = path.join(DATA, 'labels/tagpacks')
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.yaml') && !name.includes('actorpack'),
    )
    const counts: Record<string, number> = {}
    const odd: string[] = []
    for (const file of files.sort()) {
      const pack = parse(readFileSync(path.join(folder, file), 'utf8'), {
        uniqueKeys: false,
        maxAliasCount: -1,
      })
      for (const tag of pack.tags ?? []) {
        const { address, currency } = { ...pack, ...tag }
        const chain = chainOf[currency]
        if (chain === undefined || address === undefined) continue
        counts[currency] = (counts[currency] ?? 0) + 1
        if (recognise(address).some((found) => chainName(found.chain) === chain && !found.caseless)) continue
        odd.push(`${currency} ${address}: ${why(address)}`)
      }
    }
    expect(counts).toMatchInlineSnapshot(`
      {
        "BCH": 17,
        "BTC": 17771,
        "ETH": 21949,
        "LTC": 56,
        "TRX": 36,
      }
    `)
    expect(odd).toMatchInlineSnapshot(`
      [
        "BTC 1Mn386ue8o3mW9866octLNP8HFqcYsphJCV: the checksum fails.",
        "ETH 0xA0DF9CA52e8aB5DDE22C55D9B3C2CDF814B9B773: one letter has the wrong case, and the EIP-55 checksum fails; 0xA0DF9CA52e8aB5DDe22C55D9B3C2CDF814B9B773 would pass.",
        "ETH 0xf299f6B031Cc4dd1BfcB86A5e5590f99336a29c6: one letter has the wrong case, and the EIP-55 checksum fails; 0xf299f6B031Cc4dd1BfcB86A5e5590f99336a29C6 would pass.",
        "BTC TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq: Tron",
        "BTC 1MFgcyJ7ZNSknbTBRaih6zWDE6V1A64tRYs: the checksum fails.",
        "BTC 14bwh6gmvol5ntwbvxqjkjdtzv4y5ebtvm: Bitcoin, capitals lost",
        "ETH 0x4736dCf1b7A3d580672CcE6E7c65cd5cc9cFBa9D : not 40 hex digits after 0x.",
      ]
    `)
  })
})

interface EsploraOutput {
  readonly scriptpubkey: string
  readonly scriptpubkey_type: string
  readonly scriptpubkey_address?: string
}

/** Every output, spent or made, anywhere in a JSON document. */
function outputsIn(value: unknown, found: EsploraOutput[] = []): EsploraOutput[] {
  if (typeof value !== 'object' || value === null) return found
  if ('scriptpubkey' in value && 'scriptpubkey_type' in value) found.push(value as EsploraOutput)
  for (const part of Object.values(value)) outputsIn(part, found)
  return found
}

function why(address: string): string {
  try {
    const { chain, caseless } = parseAddress(address)
    return `${chainName(chain)}${caseless ? ', capitals lost' : ''}`
  } catch (error) {
    return (error as Error).message.replace(/^.*is not an address: /, '')
  }
}
