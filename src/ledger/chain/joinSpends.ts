/**
 * Third pass: spends, in both directions. Each input asks the segment of its prevout; a segment answers all its askers at
 * once, with its outputs in memory; each asker then reads the answers in its own order. Everything on disk is sequential.
 * @module
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { LootlineError } from '../../errors.ts'
import { NONE } from '../ledger.ts'
import { createColumn, openColumn, readColumn } from './columnFile.ts'
import { growF64, growU32, push, rowsOf } from './growable.ts'
import { BATCH_COLUMNS, OWN } from './layout.ts'
import { sortRows } from './sortRows.ts'
import { createOf, f64s, loadOf, openOf, segmentOfTx, u32s, type WorkSegment } from './workSegment.ts'

/** Inputs handled at a time. */
const CHUNK = 2 ** 16

/**
 * Writes `inTx`, `inN`, `inAddress`, `inSats`, `unknown*` and `outSpent` of every fresh segment, and the batch's `spend*`.
 *
 * @param work an empty folder for questions and answers: 12 bytes an input each
 * @throws {BadChainError} where an output is spent twice, or does not exist in its transaction
 */
export function joinSpends(segments: readonly WorkSegment[], batch: string, work: string): void {
  for (const segment of segments) if (segment.fresh) ask(segments, segment, work)
  const spends = { tx: growU32(), n: growU32(), by: growU32() }
  for (const [at, segment] of segments.entries()) answer(segments, segment, at, work, spends)
  for (const name of ['tx', 'n', 'by'] as const) {
    const file = name === 'tx' ? 'spendTx' : name === 'n' ? 'spendN' : 'spendBy'
    const column = createColumn(join(batch, file), BATCH_COLUMNS[file])
    column.append(rowsOf(spends[name]))
    column.finish()
  }
  for (const segment of segments) if (segment.fresh) take(segments, segment, work)
}

const questionFile = (work: string, asker: WorkSegment, target: number): string =>
  join(work, `ask-${asker.head.name}-${target}`)
const answerFile = (work: string, asker: WorkSegment, target: number, what: 'address' | 'sats'): string =>
  join(work, `${what}-${asker.head.name}-${target}`)

/** Questions: u32 triples (transaction of the target, output number, spender). Also `inTx` and the unknown. */
function ask(segments: readonly WorkSegment[], segment: WorkSegment, work: string): void {
  const prevTx = loadOf(segment, 'prevTx', u32s)
  const refs = loadOf(segment, 'inRef', u32s)
  const ns = loadOf(segment, 'inN', u32s)
  const txInputs = loadOf(segment, 'txInputs', u32s)
  const questions = new Map<number, ReturnType<typeof growU32>>()
  const unknownInput = growU32()
  const unknownPlace = growU32()
  for (let tx = 0; tx + 1 < txInputs.length; tx++) {
    for (let input = txInputs[tx]!; input < txInputs[tx + 1]!; input++) {
      const ref = refs[input]!
      const prev = ref >= OWN ? segment.firstTx + (ref - OWN) : prevTx[ref]!
      refs[input] = prev
      if (prev === NONE) {
        push(unknownInput, input)
        push(unknownPlace, ref)
        continue
      }
      const target = segmentOfTx(segments, prev)
      let own = questions.get(target)
      own ??= growU32()
      questions.set(target, own)
      push(own, prev - segments[target]!.firstTx)
      push(own, ns[input]!)
      push(own, segment.firstTx + tx)
    }
  }
  for (const [target, own] of questions) {
    const column = createColumn(questionFile(work, segment, target), 12, false)
    column.append(rowsOf(own))
    column.finish()
  }
  const inTx = createOf(segment, 'inTx')
  inTx.append(refs)
  inTx.finish()
  const unknown = createOf(segment, 'unknownInput')
  unknown.append(rowsOf(unknownInput))
  unknown.finish()
  const ids = openOf(segment, 'prevId')
  const unknownIds = createOf(segment, 'unknownTxId')
  const id = new Uint8Array(32)
  for (let i = 0; i < unknownPlace.n; i++) {
    ids.read(unknownPlace.data[i]!, id)
    unknownIds.append(id)
  }
  ids.close()
  unknownIds.finish()
}

interface Spends {
  readonly tx: ReturnType<typeof growU32>
  readonly n: ReturnType<typeof growU32>
  readonly by: ReturnType<typeof growU32>
}

function answer(
  segments: readonly WorkSegment[],
  target: WorkSegment,
  at: number,
  work: string,
  spends: Spends,
): void {
  const askers = segments.filter((asker) => asker.fresh && existsSync(questionFile(work, asker, at)))
  if (askers.length === 0 && !target.fresh) return
  const txOutputs = loadOf(target, 'txOutputs', u32s)
  const sats = loadOf(target, 'outSats', f64s)
  const address = loadOf(target, 'outAddress', u32s)
  const spent = target.fresh ? new Uint32Array(sats.length).fill(NONE) : loadOf(target, 'outSpent', u32s)
  const foreign = { tx: growU32(), n: growU32(), by: growU32() }
  for (const asker of askers) {
    const questions = readColumn(questionFile(work, asker, at), 12, u32s)
    const addresses = createColumn(answerFile(work, asker, at, 'address'), 4, false)
    const amounts = createColumn(answerFile(work, asker, at, 'sats'), 8, false)
    for (let from = 0; from < questions.length; from += 3 * CHUNK) {
      const count = Math.min(CHUNK, (questions.length - from) / 3)
      const someAddresses = new Uint32Array(count)
      const someAmounts = new Float64Array(count)
      for (let i = 0; i < count; i++) {
        const tx = questions[from + 3 * i]!
        const n = questions[from + 3 * i + 1]!
        const by = questions[from + 3 * i + 2]!
        const output = txOutputs[tx]! + n
        if (output >= txOutputs[tx + 1]!) throw badChain(segments, target, tx, n, by, 'does not exist')
        if (spent[output] !== NONE && spent[output]! < target.batchEnd)
          throw badChain(segments, target, tx, n, by, 'is spent already')
        spent[output] = by
        someAddresses[i] = address[output]!
        someAmounts[i] = sats[output]!
        if (target.fresh) continue
        push(foreign.tx, target.firstTx + tx)
        push(foreign.n, n)
        push(foreign.by, by)
      }
      addresses.append(someAddresses)
      amounts.append(someAmounts)
    }
    addresses.finish()
    amounts.finish()
  }
  if (target.fresh) {
    const column = createOf(target, 'outSpent')
    column.append(spent)
    column.finish()
  }
  const order = sortRows(rowsOf(foreign.tx), (a, b) => foreign.n.data[a]! - foreign.n.data[b]!)
  for (const row of order) {
    push(spends.tx, foreign.tx.data[row]!)
    push(spends.n, foreign.n.data[row]!)
    push(spends.by, foreign.by.data[row]!)
  }
}

/** Reads the answers in the order of the inputs. */
function take(segments: readonly WorkSegment[], segment: WorkSegment, work: string): void {
  const prevTx = loadOf(segment, 'inTx', u32s)
  const inAddress = createOf(segment, 'inAddress')
  const inSats = createOf(segment, 'inSats')
  const answers = new Map<number, { next(): { address: number; sats: number } }>()
  const chunk = { address: growU32(), sats: growF64() }
  const flush = (): void => {
    inAddress.append(rowsOf(chunk.address))
    inSats.append(rowsOf(chunk.sats))
    chunk.address.n = 0
    chunk.sats.n = 0
  }
  for (const prev of prevTx) {
    if (prev === NONE) {
      push(chunk.address, NONE)
      push(chunk.sats, 0)
    } else {
      const target = segmentOfTx(segments, prev)
      let own = answers.get(target)
      own ??= answersOf(work, segment, target)
      answers.set(target, own)
      const { address, sats } = own.next()
      push(chunk.address, address)
      push(chunk.sats, sats)
    }
    if (chunk.address.n === CHUNK) flush()
  }
  flush()
  inAddress.finish()
  inSats.finish()
}

/** The answers of one target, one after another. */
function answersOf(
  work: string,
  asker: WorkSegment,
  target: number,
): { next(): { address: number; sats: number } } {
  const addresses = openColumn(answerFile(work, asker, target, 'address'), 4)
  const amounts = openColumn(answerFile(work, asker, target, 'sats'), 8)
  let someAddresses = new Uint32Array(0)
  let someAmounts = new Float64Array(0)
  let from = 0
  let at = 0
  return {
    next(): { address: number; sats: number } {
      if (at === someAddresses.length) {
        from += at
        at = 0
        const count = Math.min(CHUNK, addresses.rows - from)
        someAddresses = new Uint32Array(count)
        someAmounts = new Float64Array(count)
        addresses.read(from, someAddresses)
        amounts.read(from, someAmounts)
        if (from + count === addresses.rows) {
          addresses.close()
          amounts.close()
        }
      }
      return { address: someAddresses[at]!, sats: someAmounts[at++]! }
    },
  }
}

function badChain(
  segments: readonly WorkSegment[],
  target: WorkSegment,
  tx: number,
  n: number,
  by: number,
  reason: string,
): BadChainError {
  const spender = segments[segmentOfTx(segments, by)]!
  const prevout = `${txidOf(target, tx)}:${n}`
  return new BadChainError(prevout, txidOf(spender, by - spender.firstTx), reason)
}

function txidOf(segment: WorkSegment, tx: number): string {
  const place = new Uint32Array(1)
  const id = new Uint8Array(32)
  const places = openOf(segment, 'idOfTx')
  const ids = openOf(segment, 'txId')
  places.read(tx, place)
  ids.read(place[0]!, id)
  places.close()
  ids.close()
  return Buffer.from(id.reverse()).toString('hex')
}

/** Blocks that cannot be of one valid chain: nothing of them is indexed. */
export class BadChainError extends LootlineError<{
  readonly code: 'LEDGER_BAD_CHAIN'
  readonly prevout: string
  readonly spender: string
  readonly reason: string
}> {
  override readonly name = 'BadChainError'
  constructor(prevout: string, spender: string, reason: string) {
    super(
      { code: 'LEDGER_BAD_CHAIN', prevout, spender, reason },
      `transaction ${spender} spends ${prevout}, which ${reason}.`,
      'The block files hold blocks that no node would accept; take them from a node that has verified them.',
    )
  }
}
