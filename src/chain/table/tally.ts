/**
 * What a reading counts beside its rows, for the summary.
 * @module
 */
import type { Asset } from '../../units/asset.ts'
import type { AssetId, HolderId } from '../../units/caip.ts'
import { findImpostors, type NamedAsset } from '../../units/impostor.ts'
import { CellProblem, ownCopy } from './checks.ts'
import type { FileLabel, TableCovers, TableSummary } from './table.ts'

/** Distinct statements kept, in all and of one address; the rest is counted and said. Longer names are cut. */
const MAX_LABELS = 100_000
const MAX_NAMES = 8
const MAX_NAME_LENGTH = 200

/** What is said of tokens whose decimals nobody states. */
const SCALES = {
  derived:
    'amounts are kept with the most decimals that a row of the token shows. Sums within the file are right; before the token is compared with another source, import it with --token CONTRACT=DECIMALS.',
  unstated: 'amounts are kept and shown in base units.',
} as const
/** Tokens named in a sentence; the rest is counted. */
const MAX_NAMED = 5
/** Wallets of one file. */
const MAX_WALLETS = 100_000

export interface Tally {
  row(): void
  reject(): void
  skip(reason: string): void
  /** The first asset met with this id stays, and is returned. `name` is the token's own, untrusted. */
  asset(asset: Asset, name?: string): Asset
  /** Decimals that nobody states: taken from the rows, or none at all. */
  scale(id: AssetId, how: keyof typeof SCALES): void
  label(holder: HolderId | null, name: string): void
  time(unixSeconds: number): void
  wallet(holder: HolderId): void
  /** Payer and payee of a row, to find the one address that takes part in every row. */
  parties(from: HolderId | null, to: HolderId | null): void
  note(text: string): void
  rows(): number
  wallets(): readonly HolderId[]
  /** Addresses that take part in every row: none, one or two; null where no row has parties. */
  common(): readonly HolderId[] | null
  summary(covers: TableCovers): TableSummary
}

export function createTally(): Tally {
  let rows = 0
  let rejected = 0
  let firstTime: number | null = null
  let lastTime: number | null = null
  let common: HolderId[] | null = null
  let labelCount = 0
  let labelsLeft = 0
  const skipped = new Map<string, number>()
  const assets = new Map<AssetId, Asset>()
  const named: NamedAsset[] = []
  const labels = new Map<HolderId, string[]>()
  const wallets = new Set<HolderId>()
  const notes = new Set<string>()
  const scales: Record<keyof typeof SCALES, AssetId[]> = { derived: [], unstated: [] }

  return {
    row: () => {
      rows++
    },
    reject: () => {
      rejected++
    },
    skip: (reason) => {
      skipped.set(reason, (skipped.get(reason) ?? 0) + 1)
    },
    asset: (asset, name = '') => {
      const first = assets.get(asset.id)
      if (first !== undefined) return first
      assets.set(asset.id, asset)
      named.push({ asset, name })
      return asset
    },
    scale: (id, how) => {
      scales[how].push(id)
    },
    label: (holder, name) => {
      if (holder === null || name === '') return
      const names = labels.get(holder)
      // Few names, compared: a Set would hash every name again (17 % of the time of reading LaunderNet).
      if (names?.includes(name.length > MAX_NAME_LENGTH ? name.slice(0, MAX_NAME_LENGTH) : name)) return
      if (labelCount >= MAX_LABELS || (names?.length ?? 0) >= MAX_NAMES) {
        labelsLeft++
        return
      }
      labelCount++
      const copy = ownCopy(name.slice(0, MAX_NAME_LENGTH))
      if (names === undefined) labels.set(holder, [copy])
      else names.push(copy)
    },
    time: (unixSeconds) => {
      if (firstTime === null || unixSeconds < firstTime) firstTime = unixSeconds
      if (lastTime === null || unixSeconds > lastTime) lastTime = unixSeconds
    },
    wallet: (holder) => {
      if (wallets.size >= MAX_WALLETS && !wallets.has(holder)) {
        throw new CellProblem(-1, `more than ${MAX_WALLETS} wallets in one file`)
      }
      wallets.add(holder)
    },
    parties: (from, to) => {
      if (common === null) common = [...new Set([from, to])].filter((holder) => holder !== null)
      else if (common.length > 0) common = common.filter((holder) => holder === from || holder === to)
    },
    note: (text) => {
      notes.add(text)
    },
    rows: () => rows,
    wallets: () => [...wallets],
    common: () => common,
    summary: (covers) => {
      const left =
        labelsLeft === 0
          ? []
          : [
              `${labelsLeft} rows give an address a name beyond those kept (${MAX_NAMES} an address, ${MAX_LABELS} in all).`,
            ]
      const empty = rows === 0 ? ['The file has a header and no rows.'] : []
      return {
        rows,
        rejected,
        skipped,
        assets: [...assets.values()],
        covers,
        listings: [...wallets],
        labels: [...labels].flatMap(([holder, names]): FileLabel[] =>
          [...names].map((name) => ({ holder, name })),
        ),
        firstTime,
        lastTime,
        impostors: findImpostors(named),
        notes: [...notes, ...scaleNotes(scales), ...left, ...empty],
      }
    },
  }
}

function scaleNotes(scales: Readonly<Record<keyof typeof SCALES, readonly AssetId[]>>): string[] {
  return (['derived', 'unstated'] as const)
    .filter((how) => scales[how].length > 0)
    .map((how) => {
      const ids = scales[how]
      const more = ids.length > MAX_NAMED ? ` and ${ids.length - MAX_NAMED} more` : ''
      return `The file does not say the decimals of ${ids.slice(0, MAX_NAMED).join(', ')}${more}: ${SCALES[how]}`
    })
}
