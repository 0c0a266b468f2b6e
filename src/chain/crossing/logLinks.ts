/**
 * What the logs of one transaction say about money that crosses to another chain.
 * @module
 */
import type { ChainId } from '../../units/caip.ts'
import type { CrossLink } from '../crossLink.ts'
import { ACROSS } from './across.ts'
import { CCTP } from './cctp.ts'
import { CELER } from './celer.ts'
import type { Log, ReadLink } from './event.ts'
import { HOP } from './hop.ts'
import { LAYER_ZERO } from './layerZero.ts'
import { SYNAPSE_RFQ } from './synapse.ts'
import { THORCHAIN_ROUTER } from './thorchain.ts'
import { WORMHOLE } from './wormhole.ts'

const READERS: ReadonlyMap<string, ReadLink> = new Map(
  [THORCHAIN_ROUTER, CCTP, ACROSS, WORMHOLE, LAYER_ZERO, CELER, HOP, SYNAPSE_RFQ].flatMap((readers) =>
    readers.map(([{ topic }, read]) => [topic, read]),
  ),
)

/** First topics that {@link logLinks} reads: what to ask a node for. */
export const CROSSING_TOPICS: readonly string[] = [...READERS.keys()]

/** Readers look for companions among a transaction's logs: so many links, and no more, are made of one transaction. */
const MAX_LINKS = 200

/**
 * Statements in a transaction's logs, in their order. Logs of unknown contracts are read too: `isKnownContract` tells.
 * Garbage gives none; never throws.
 *
 * @param logs all logs of the transaction in order, addresses and hex in small letters
 */
export function logLinks(chain: ChainId, txid: string, logs: readonly Log[]): CrossLink[] {
  if (!chain.startsWith('eip155:')) return []
  const links: CrossLink[] = []
  for (const log of logs) {
    const link = READERS.get(log.topics[0] ?? '')?.(chain, log, logs, txid)
    if (link != null) links.push(link)
    if (links.length === MAX_LINKS) break
  }
  return links
}
