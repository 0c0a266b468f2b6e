import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { AnswerError } from '../../../net/index.ts'
import { BITCOIN_REGTEST } from '../../../units/caip.ts'
import { type SourceWorld, sourceWorld } from '../bitcoinSource.test-suite.ts'
import { blockNetwork } from '../blockNetwork.ts'
import { coreAnswers } from '../coreNode.test-suite.ts'
import { esploraAnswers } from '../esploraServer.test-suite.ts'
import { verifiedHeader } from './blockHeader.ts'
import { createBlockScan } from './blockScan.ts'
import { readEsploraTransaction } from './esploraTransaction.ts'
import { nodeListed } from './nodeJson.ts'
import { readTransaction } from './rawTransaction.ts'

const reading = { chain: BITCOIN_REGTEST, memoLinks: () => [] }
const network = blockNetwork('bitcoin', 'regtest')

let world: SourceWorld
beforeAll(async () => {
  world = await sourceWorld()
})

/** What may stand in the place of a value. */
const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(
    -1,
    0,
    1.5,
    1e21,
    2 ** 53,
    21e14 + 1,
    '',
    '00',
    'ZZ',
    'ab'.repeat(32),
    null,
    [],
    {},
  ),
  fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
)
type Change = {
  readonly at: number
  readonly how: 'replace' | 'drop' | 'digit' | 'add' | 'twice'
  readonly to: unknown
}
const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(),
  how: fc.constantFrom('replace', 'drop', 'digit', 'add', 'twice'),
  to: anything,
})

/** A copy of a document with one value changed. */
function changed(document: unknown, { at, how, to }: Change): unknown {
  const copy = structuredClone(document)
  const places: [Record<string, unknown>, string][] = []
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const key of Object.keys(value)) {
      places.push([value as Record<string, unknown>, key])
      walk((value as Record<string, unknown>)[key])
    }
  }
  walk(copy)
  const [parent, key] = places[at % places.length]!
  const value = parent[key]
  if (how === 'drop') {
    if (Array.isArray(parent)) parent.splice(Number(key), 1)
    else delete parent[key]
  } else if (how === 'twice' && Array.isArray(parent)) parent.push(structuredClone(value))
  else if (how === 'add' && typeof value === 'number') parent[key] = value + 1
  else if (how === 'digit' && typeof value === 'string' && value !== '') {
    const place = at % value.length
    parent[key] = value.slice(0, place) + (value[place] === '0' ? '1' : '0') + value.slice(place + 1)
  } else parent[key] = to
  return copy
}

/** What was read, or that it was refused; any other failure is a failure of ours. */
function readOr<T>(read: () => T): T | 'refused' {
  try {
    return read()
  } catch (error) {
    expect(error).toBeInstanceOf(AnswerError)
    return 'refused'
  }
}

describe('answers with one value changed', () => {
  test("an explorer's transaction is refused, or says the same of coins", () => {
    const answers = esploraAnswers({
      ...{ chain: BITCOIN_REGTEST, blocks: world.chain.blocks, mempool: world.mempool },
    })
    // All but `mixed`, which spends a bare key: whose it was, its input does not show.
    for (const txid of [world.child, world.pending, world.pendingChild]) {
      const document = JSON.parse(String(answers(`/tx/${txid}`).body)) as unknown
      const { placed: right } = readEsploraTransaction(document, txid, reading)
      let refused = 0
      fc.assert(
        fc.property(change, (one) => {
          const read = readOr(() => readEsploraTransaction(changed(document, one), txid, reading))
          if (read === 'refused') refused++
          else {
            expect(read.placed.transaction.inputs).toEqual(right.transaction.inputs)
            expect(read.placed.transaction.outputs).toEqual(right.transaction.outputs)
          }
        }),
        { numRuns: 1000, seed: 1 },
      )
      expect(refused).toBeGreaterThan(500)
    }
  })

  test("a node's header is refused, or the same", () => {
    const stated = headerOf(world)
    const right = verifiedHeader(stated, stated.hash, network)
    fc.assert(
      fc.property(
        fc.constantFrom('version', 'time', 'bits', 'nonce'),
        fc.integer({ min: 1, max: 2 ** 31 }),
        (key, by) => {
          const other = { ...stated, [key]: (stated[key as 'time'] + by) >>> 0 }
          expect(readOr(() => verifiedHeader(other, stated.hash, network))).toBe('refused')
        },
      ),
    )
    expect(right.hash).toBe(stated.hash)
  })

  test("a node's list of a block is refused, or right", () => {
    const { blocks } = world.chain
    const call = coreAnswers({ blocks })
    const height = blocks.length - 2
    const hash = (call('getblockhash', [height]) as { result: string }).result
    const { result } = call('getblock', [hash, 1]) as { result: unknown }
    const right = nodeListed(result, hash, network)
    fc.assert(
      fc.property(change, (one) => {
        const read = readOr(() => nodeListed(changed(result, one), hash, network))
        // No hash covers the height.
        if (read !== 'refused') expect({ ...read, header: { ...read.header, height } }).toEqual(right)
      }),
      { numRuns: 500, seed: 2 },
    )
  })
})

function headerOf({ chain: { blocks } }: SourceWorld): Parameters<typeof verifiedHeader>[0] {
  const call = coreAnswers({ blocks })
  const { result: hash } = call('getblockhash', [7]) as { result: string }
  const { result } = call('getblockheader', [hash]) as {
    result: {
      version: number
      time: number
      nonce: number
      bits: string
      merkleroot: string
      previousblockhash: string
    }
  }
  const { merkleroot: merkleRoot, previousblockhash: previous, bits, ...rest } = result
  return { ...rest, hash, height: 7, merkleRoot, previous, bits: Number.parseInt(bits, 16) }
}

describe('bytes with one changed', () => {
  const spot = fc.record({ at: fc.nat(), xor: fc.integer({ min: 1, max: 255 }), cut: fc.boolean() })
  const altered = (
    bytes: Uint8Array,
    { at, xor, cut }: { at: number; xor: number; cut: boolean },
  ): Uint8Array => {
    const place = at % bytes.length
    if (cut) return bytes.slice(0, place)
    const copy = Uint8Array.from(bytes)
    copy[place]! ^= xor
    return copy
  }

  test('a block is refused, or has the same transactions but for witnesses', () => {
    const scan = createBlockScan(BITCOIN_REGTEST)
    const bytes = world.chain.blocks.at(-2)!
    const everything = { spends: () => true, touches: () => true }
    const hash = (
      coreAnswers({ blocks: world.chain.blocks })('getblockhash', [world.chain.blocks.length - 2]) as {
        result: string
      }
    ).result
    const block = { height: world.chain.blocks.length - 2, hash, time: 0 }
    const bare = (found: ReturnType<typeof scan.find>): unknown =>
      found.map(({ raw: { txid, outputs, inputs } }) => [
        txid,
        outputs,
        inputs.map(({ witness: _, ...rest }) => rest),
      ])
    const right = bare(scan.find(bytes, block, everything))
    fc.assert(
      fc.property(spot, (one) => {
        const read = readOr(() => scan.find(altered(bytes, one), block, everything))
        if (read !== 'refused') expect(bare(read)).toEqual(right)
      }),
      { numRuns: 1000, seed: 3 },
    )
  })

  test('a transaction is refused, or the same but for its witness', () => {
    const bytes = world.mempool[1]!
    const right = readTransaction(Buffer.from(bytes).toString('hex'), world.pendingChild)!
    fc.assert(
      fc.property(spot, (one) => {
        const hex = Buffer.from(altered(bytes, one)).toString('hex')
        const read = readOr(() => readTransaction(hex, world.pendingChild))
        if (read !== 'refused' && read !== null) expect(read.outputs).toEqual(right.outputs)
      }),
      { numRuns: 1000, seed: 4 },
    )
  })
})
