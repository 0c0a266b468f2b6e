/**
 * From a statement to one whose address was verified and has a key to be found by; or the reason why it is kept out.
 * @module
 */
import { BadAddressError, chainByName, formatHolder, parseAddress, recognise } from '../address/index.ts'
import { LootlineError } from '../errors.ts'
import { addressOf, type ChainId } from '../units/caip.ts'
import { printable } from '../units/text.ts'
import { chainOfCurrency } from './currency.ts'
import type { ResolvedStatement } from './insert.ts'
import { confidenceOf } from './ladder.ts'
import type { LabelOptions, Rejection, Statement } from './statement.ts'

interface Place {
  readonly address: string
  readonly chain: ChainId | null
  readonly key: string
  readonly caseless: boolean
}

/**
 * The statement with a canonical address, its gaps filled from the options.
 *
 * A statement for an EVM account holds on every EVM chain unless it names one. An address of a currency whose chain we
 * do not know is kept as text, unverified, where only a search by name finds it.
 */
export function resolve(stated: Statement, options: LabelOptions): ResolvedStatement | Rejection {
  const filled: Statement = {
    ...stated,
    category: stated.category ?? options.category ?? null,
    abuse: stated.abuse ?? options.abuse ?? null,
    confidence: stated.confidence ?? options.confidence ?? null,
    chain: stated.chain ?? options.chain ?? null,
    currency: stated.currency ?? options.currency ?? null,
    source: stated.source ?? options.source ?? null,
    date: stated.date ?? options.date ?? null,
  }
  const { id, level } = confidenceOf(filled.confidence)
  try {
    return { ...filled, confidence: id, level, ...placeOf(filled) }
  } catch (error) {
    if (!(error instanceof LootlineError)) throw error
    const reason = error instanceof BadAddressError ? error.data.reason : error.message
    return { place: stated.place, value: printable(stated.address, 130), reason }
  }
}

/** Beginnings of the forms we verify. A token may live on further chains, whose addresses begin otherwise. */
const CHECKED_FORM = /^(?:0x|T|[13]|bc1|bnb1)/

function placeOf({ address, chain, currency, caseLost }: Statement): Place {
  const foreign = address.match(/\P{ASCII}/gu)
  if (foreign)
    throw new BadAddressError(
      address,
      `it has letters that are not Latin: ${printable(foreign.join(' '), 20)}`,
    )
  if (chain !== null) return onChain(address, chainByName(chain) ?? chain)
  const meant = chainOfCurrency(currency)
  const found = recognise(address)
  const unread = meant === 'form' && currency !== null && found.length === 0 && !CHECKED_FORM.test(address)
  if (unread || (meant === null && !found[0]?.anyEvm))
    return { address, chain: null, key: `raw:${address}`, caseless: false }
  // A checksum weighs more than a currency: OFAC lists TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq, which is Tron's, under XBT.
  const parsed = found.find((one) => one.chain === meant) ?? found[0] ?? parseAddress(address)
  if (parsed.anyEvm) return evm(parsed.address)
  if (parsed.caseless) {
    if (!caseLost) throw new BadAddressError(address, 'base58 without capitals cannot be verified')
    return { address, chain: parsed.chain, key: `caseless:${parsed.chain}:${address}`, caseless: true }
  }
  return {
    address: parsed.address,
    chain: parsed.chain,
    key: `${parsed.chain}:${parsed.address}`,
    caseless: false,
  }
}

function onChain(address: string, chain: ChainId): Place {
  const holder = formatHolder(chain, address)
  const canonical = addressOf(holder)
  return chain.startsWith('eip155:')
    ? { ...evm(canonical), chain }
    : { address: canonical, chain: holder.slice(0, -canonical.length - 1), key: holder, caseless: false }
}

function evm(address: string): Place {
  return { address, chain: null, key: `evm:${address.toLowerCase()}`, caseless: false }
}
