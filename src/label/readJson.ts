/**
 * Label files in JSON, told apart by their shape: Etherscan's labels, lists of a heist's addresses, lists of entities with
 * sample addresses, OFAC's digital currency addresses, and bare arrays of addresses.
 * @module
 */
import { printable } from '../units/text.ts'
import { categoryOfSlugs } from './etherscan.ts'
import { LabelFileError } from './labelFileError.ts'
import {
  dayOf,
  type LabelFile,
  type LabelOptions,
  type Rejection,
  type Statement,
  statement,
  textOf,
} from './statement.ts'

type Json = Readonly<Record<string, unknown>>

/**
 * @throws {LabelFileError} LABEL_BAD_FILE where it is no JSON, LABEL_UNKNOWN_LAYOUT where it is of no shape we know
 */
export function readJson(text: string, file: string, options: LabelOptions): LabelFile {
  let root: unknown
  try {
    root = JSON.parse(text)
  } catch (error) {
    throw new LabelFileError(
      'LABEL_BAD_FILE',
      file,
      `no JSON: ${error instanceof Error ? error.message : ''}`,
    )
  }
  if (Array.isArray(root)) return arrayOfAddresses(root, file, options)
  if (isObject(root)) {
    if (isObject(root['metadata']) && isObject(root['addresses'])) {
      return ofacAddresses(root['metadata'], root['addresses'])
    }
    if (Array.isArray(root['source']) && Array.isArray(root['target'])) return heistLists(root)
    if (Array.isArray(root['entities'])) return entitySamples(root, root['entities'])
    if (Object.values(root).every((entry) => isObject(entry) && Array.isArray(entry['labels']))) {
      return etherscanLabels(root)
    }
  }
  throw new LabelFileError('LABEL_UNKNOWN_LAYOUT', file, 'JSON of a shape that states no labels')
}

/** Collects statements and what could not be one. */
function collect(): {
  statements: Statement[]
  rejected: Rejection[]
  add(place: string, address: unknown, name: string | null, known: Partial<Statement>): void
} {
  const statements: Statement[] = []
  const rejected: Rejection[] = []
  return {
    statements,
    rejected,
    add(place, address, name, known) {
      const text = textOf(address)
      if (text === null || name === null) {
        rejected.push({ place, value: printable(text ?? ''), reason: 'no address or no label' })
      } else statements.push(statement({ ...known, place, address: text, name }))
    },
  }
}

/** `{ "<address>": { "name": "Binance 14", "labels": ["binance"] } }`: scraped from Etherscan, hence `web_crawl`. */
function etherscanLabels(root: Json): LabelFile {
  const { statements, rejected, add } = collect()
  let n = 0
  for (const [address, entry] of Object.entries(root)) {
    n++
    if (!isObject(entry) || !Array.isArray(entry['labels'])) continue
    const slugs = entry['labels'].map(textOf).filter((slug) => slug !== null)
    add(`entry ${n}`, address, textOf(entry['name']) ?? slugs[0] ?? null, {
      currency: 'ETH',
      confidence: 'web_crawl',
      source: slugs.length > 0 ? `Etherscan labels: ${slugs.join(', ').slice(0, 500)}` : 'Etherscan',
      ...categoryOfSlugs(slugs),
    })
  }
  return { layout: 'etherscan-json', pack: null, date: null, statements, actors: [], rejected }
}

/** `{ name, net, reporter, url, source: [{ address, label }], target: [...] }`: names only, so no category and no abuse. */
function heistLists(root: Json): LabelFile {
  const { statements, rejected, add } = collect()
  const { net: network } = root
  const net = textOf(network)
  for (const list of ['source', 'target'] as const) {
    const rows = root[list] as readonly unknown[]
    rows.forEach((row, i) => {
      const entry = isObject(row) ? row : {}
      add(`${list} ${i + 1}`, entry['address'], textOf(entry['label']) ?? textOf(root['name']), {
        currency: net === null ? null : net.toUpperCase(),
        confidence: 'web_crawl',
        source: textOf(root['url']) ?? textOf(root['reporter']),
      })
    })
  }
  const pack = textOf(root['name'])
  return { layout: 'heist-lists', pack, date: null, statements, actors: [], rejected }
}

/** `{ lastUpdated, source, entities: [{ name, category, ofac, sampleAddresses: [...] }] }`. */
function entitySamples(root: Json, entities: readonly unknown[]): LabelFile {
  const { statements, rejected, add } = collect()
  const date = dayOf(root['lastUpdated'])
  entities.forEach((item, i) => {
    const entity = isObject(item) ? item : {}
    const name = textOf(entity['name'])
    const samples = Array.isArray(entity['sampleAddresses']) ? entity['sampleAddresses'] : []
    samples.forEach((address: unknown, j: number) => {
      add(`entity ${i + 1}, address ${j + 1}`, address, name, {
        entity: name,
        category: textOf(entity['category']),
        abuse: entity['ofac'] === true ? 'sanction' : null,
        confidence: 'web_crawl',
        source: textOf(root['source']),
        date,
      })
    })
  })
  return { layout: 'entity-samples', pack: null, date, statements, actors: [], rejected }
}

/**
 * `{ metadata: { sdnListDate, url }, addresses: { "<address>": { entries: [{ entity, program, type, uid }] } } }`.
 * The export of 2026 writes every address in lower case, which base58 does not survive: that is found out, not assumed.
 */
function ofacAddresses(metadata: Json, addresses: Json): LabelFile {
  const { statements, rejected, add } = collect()
  const date = dayOf(metadata['sdnListDate'])
  const caseLost = !Object.keys(addresses).some((address) => /[A-Z]/.test(address))
  let n = 0
  for (const [address, value] of Object.entries(addresses)) {
    n++
    const entries: readonly unknown[] =
      isObject(value) && Array.isArray(value['entries']) ? value['entries'] : [value]
    for (const item of entries) {
      const entry = isObject(item) ? item : {}
      const currency = /^Digital Currency Address - (\S+)$/.exec(textOf(entry['type']) ?? '')?.[1] ?? null
      add(`address ${n}`, address, textOf(entry['entity']) ?? 'OFAC SDN entry', {
        currency,
        abuse: 'sanction',
        confidence: 'authority_data',
        source: `OFAC SDN uid ${textOf(entry['uid']) ?? '?'} (${textOf(entry['program']) ?? '?'}), ${textOf(metadata['url']) ?? 'OFAC'}`,
        date,
        caseLost,
      })
    }
  }
  return { layout: 'ofac-json', pack: 'OFAC SDN List', date, statements, actors: [], rejected }
}

/** The published name of the lists of github.com/0xB10C/ofac-sanctioned-digital-currency-addresses. */
const OFAC_ARRAY = /^sanctioned_addresses_([A-Z0-9]{2,10})\.json$/

/** `["<address>", …]`: says nothing of itself, so its name or the caller must. */
function arrayOfAddresses(root: readonly unknown[], file: string, options: LabelOptions): LabelFile {
  const asset = OFAC_ARRAY.exec(file)?.[1]
  if (asset === undefined && options.name === undefined) {
    const what = 'an array of addresses that does not say what they are; give a name for them'
    throw new LabelFileError('LABEL_UNKNOWN_LAYOUT', file, what)
  }
  const { statements, rejected, add } = collect()
  const ofac: Partial<Statement> = {
    currency: asset ?? null,
    abuse: 'sanction',
    confidence: 'authority_data',
    source: 'OFAC SDN list, digital currency addresses',
  }
  root.forEach((address, i) => {
    if (asset !== undefined) add(`item ${i + 1}`, address, `OFAC sanctioned address (${asset})`, ofac)
    else add(`item ${i + 1}`, address, options.name ?? null, {})
  })
  const layout = asset === undefined ? 'address-array' : 'ofac-array'
  return { layout, pack: null, date: null, statements, actors: [], rejected }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
