/**
 * Etherscan files an address under any number of label slugs ("binance", "dex", "old-contract"). Some are kinds of
 * business and give a category; the rest name a project, an asset or a mere fact.
 * @module
 */

/** Slugs of the export of October 2023 that are a kind, and the concept each is taken for. Graver ones stand first. */
const KINDS: readonly (readonly [
  slug: string,
  grounds: { readonly category?: string; readonly abuse?: string },
])[] = [
  ['ofac-sanctions-lists', { abuse: 'sanction' }],
  ['ofac-sanctioned', { abuse: 'sanction' }],
  ['tornado-cash', { category: 'mixing_service' }],
  ['typhoon-cash', { category: 'mixing_service' }],
  ['ethereum-mixer', { category: 'mixing_service' }],
  ['heist', { abuse: 'service_hack' }],
  ['phish-hack', { abuse: 'phishing' }],
  ['exploit', { abuse: 'exploit' }],
  ['bridge', { category: 'defi_bridge' }],
  ['exchange', { category: 'exchange' }],
  ['otc', { category: 'exchange' }],
  ['fiat-gateway', { category: 'exchange' }],
  ['dex', { category: 'defi_dex' }],
  ['loans', { category: 'defi_lending' }],
  ['gambling', { category: 'gambling' }],
  ['mining', { category: 'miner' }],
  ['payments', { category: 'payment_processor' }],
  ['marketplace', { category: 'market' }],
  ['derivatives', { category: 'defi_derivative' }],
  ['yield-farming', { category: 'defi' }],
  ['defi', { category: 'defi' }],
  ['donate', { category: 'donation' }],
]

/**
 * What the slugs of one address say, and the slug that may name its owner: the only one that is not a kind.
 *
 * @example categoryOfSlugs(['bridge', 'hop-protocol']) // { category: 'defi_bridge', abuse: null, entity: 'hop-protocol' }
 */
export function categoryOfSlugs(slugs: readonly string[]): {
  category: string | null
  abuse: string | null
  entity: string | null
} {
  const found = KINDS.find(([slug]) => slugs.includes(slug))?.[1]
  const others = slugs.filter((slug) => !KINDS.some(([kind]) => kind === slug))
  return {
    category: found?.category ?? null,
    abuse: found?.abuse ?? null,
    entity: others.length === 1 ? (others[0] ?? null) : null,
  }
}
