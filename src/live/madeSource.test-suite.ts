/**
 * A made-up chain, and sources of it as an explorer and as a node would be, answering through a door that counts.
 */
import { createHash } from 'node:crypto'
import type { BlockRef, Interest, Placed, Source, SpentBy } from '../chain/source.ts'
import type { Transaction } from '../chain/transaction.ts'
import { answerOf, type Door, type Keep, SourceError } from '../net/index.ts'
import type { ChainId } from '../units/caip.ts'

export interface MadeBlock extends BlockRef {
  readonly parent: string
  readonly transactions: readonly Transaction[]
}

export interface MadeChain {
  readonly chain: ChainId
  blocks: MadeBlock[]
}

/** A block for each height that transactions state, without gaps between them; their heights become those of the blocks. */
export function madeChain(chain: ChainId, transactions: Iterable<Transaction>): MadeChain {
  const blocks = [madeBlock(undefined, [], 0)]
  for (const own of Map.groupBy(transactions, ({ height }) => height!).values()) {
    const height = blocks.length
    blocks.push(
      madeBlock(
        blocks.at(-1),
        own.map((one, index) => ({ ...one, height, index })),
        own[0]!.time!,
      ),
    )
  }
  return { chain, blocks }
}

export function madeBlock(
  parent: MadeBlock | undefined,
  transactions: readonly Transaction[],
  time: number,
  salt = '',
): MadeBlock {
  const height = (parent?.height ?? -1) + 1
  const text = JSON.stringify([salt, parent?.hash, height, transactions.map(({ txid }) => txid)])
  const hash = createHash('sha256').update(text).digest('hex')
  return { height, hash, time, parent: parent?.hash ?? '', transactions }
}

const toJson = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner))

const fromJson = <T>(text: string): T =>
  JSON.parse(text, (_key, inner: unknown) =>
    typeof inner === 'string' && /^\d+n$/.test(inner) ? BigInt(inner.slice(0, -1)) : inner,
  ) as T

export interface MadeDoor extends Door {
  /** How often each question was answered. */
  readonly answered: Map<string, number>
  /** Called before an answer is given; what it throws is thrown. */
  before: (question: string) => void
}

/** Answers questions about the chain as it is at that moment. */
export function madeDoor(made: MadeChain, shown = 'http://127.0.0.1:1/made'): MadeDoor {
  const answers = (path: string): unknown => {
    const [, what, id = '', page = '0'] = path.split('/')
    const block = (): MadeBlock | undefined => made.blocks.find(({ hash }) => hash === id)
    const all = everyOne(made.blocks)
    const ref = ({ height, hash, time, parent }: MadeBlock): BlockRef => ({ height, hash, time, parent })
    const placed = ({ own, transaction }: Stands): Placed => ({
      ...{ transaction, block: ref(own), links: [] },
    })
    const ofHolder = (): Stands[] => all.filter(({ transaction }) => namesHolder(transaction, id))
    switch (what) {
      case 'tip':
        return ref(made.blocks.at(-1)!)
      case 'height':
        return made.blocks[Number(id)] === undefined ? null : ref(made.blocks[Number(id)]!)
      case 'tx': {
        const found = all.find(({ transaction }) => transaction.txid === id)
        return found === undefined ? null : placed(found)
      }
      case 'spends': {
        const found = all.find((one) => one.transaction.txid === id)
        if (found === undefined) return undefined
        return found.transaction.outputs.map((_, n): SpentBy | null => {
          for (const { own, transaction: spender } of all) {
            if (spender.inputs.some((one) => one.txid === id && one.n === n))
              return { txid: spender.txid, block: ref(own) }
          }
          return null
        })
      }
      case 'count':
        return ofHolder().length
      case 'history': {
        const at = Number(page) * 5
        return {
          page: ofHolder()
            .slice(at, at + 5)
            .map(placed),
          more: ofHolder().length > at + 5,
        }
      }
      case 'block':
        return block()?.transactions
      case 'txids':
        return block()?.transactions.map(({ txid }) => txid)
      case 'balance':
        return balanceOf(made, id, page)
      default:
        throw new Error(`no such question: ${path}`)
    }
  }
  const answered = new Map<string, number>()
  const door: MadeDoor = {
    ...{ shown, answered, before: () => {} },
    async ask(question) {
      await Promise.resolve()
      door.before(question.name)
      answered.set(question.name, (answered.get(question.name) ?? 0) + 1)
      const answer = answers(question.path!)
      const place = { source: shown, question: question.name, attempts: 1 }
      if (answer === undefined) throw new SourceError({ code: 'NET_STATUS', status: 404, body: '' }, place)
      return question.read(answerOf(200, Buffer.from(toJson(answer))))
    },
  }
  return door
}

interface Stands {
  readonly own: MadeBlock
  readonly transaction: Transaction
}

const everyOne = ((): ((blocks: readonly MadeBlock[]) => Stands[]) => {
  let last: { readonly blocks: readonly MadeBlock[]; readonly all: Stands[] } | undefined
  return (blocks) => {
    if (last?.blocks !== blocks)
      last = {
        blocks,
        all: blocks.flatMap((own) => own.transactions.map((transaction) => ({ own, transaction }))),
      }
    return last.all
  }
})()

function namesHolder({ transfers, inputs, outputs }: Transaction, holder: string): boolean {
  return (
    transfers.some(({ from, to }) => from === holder || to === holder) ||
    inputs.some((input) => input.holder === holder) ||
    outputs.some((output) => output.holder === holder)
  )
}

/** `holder` with `/` in the asset written `!`: `eip155:1!slip44:60`. */
function balanceOf(made: MadeChain, holder: string, assetAndHeight: string): bigint {
  const [asset, height] = assetAndHeight.split('@') as [string, string]
  let sum = 0n
  for (const block of made.blocks.slice(0, Number(height) + 1))
    for (const { transfers } of block.transactions)
      for (const transfer of transfers) {
        if (transfer.asset.replace('/', '!') !== asset) continue
        if (transfer.from === holder) sum -= transfer.amount
        if (transfer.to === holder) sum += transfer.amount
      }
  return sum
}

/** What each kind can be asked. */
export function madeSource(chain: ChainId, door: Door, kind: 'explorer' | 'node'): Source {
  const ask = <T>(path: string, keep: (value: T) => Keep): Promise<T> =>
    door.ask<T>({ name: `GET ${path}`, path, read: (answer) => fromJson<T>(answer.text()), keep })
  const own = (block: BlockRef | null): Keep =>
    block === null ? 'never' : { height: block.height, hash: block.hash }
  /** Only nodes say a transaction's place. */
  const shown = (placed: Placed): Placed => {
    if (kind === 'node') return placed
    const { index: _index, ...transaction } = placed.transaction
    return { ...placed, transaction }
  }
  const common: Source = {
    ...{ kind: kind === 'explorer' ? 'esplora' : 'bitcoin', chain, shown: door.shown },
    blind: kind === 'explorer' ? [] : ['This node has no address index.'],
    tip: () => ask<BlockRef>('/tip', () => 'never'),
    blockAt: (height) => ask<BlockRef | null>(`/height/${height}`, own),
    async transaction(txid) {
      const placed = await ask<Placed | null>(`/tx/${txid}`, (one) => own(one?.block ?? null))
      return placed === null ? null : { placed: shown(placed), assets: [] }
    },
  }
  if (kind === 'explorer')
    return {
      ...common,
      spends: (txid) =>
        ask<(SpentBy | null)[]>(`/spends/${txid}`, (spends) =>
          spends.includes(null)
            ? 'refresh'
            : own(
                spends
                  .map((one) => one!.block!)
                  .sort(byHeight)
                  .at(-1)!,
              ),
        ),
      count: (holder) => ask<number>(`/count/${holder}`, () => 'refresh'),
      async *history(holder) {
        for (let page = 0, more = true; more; page++) {
          const got = await ask<{ page: Placed[]; more: boolean }>(
            `/history/${holder}/${page}`,
            () => 'refresh',
          )
          more = got.more
          yield { transactions: got.page.map(shown), assets: [] }
        }
      },
      txids: ({ hash, height }) => ask<string[]>(`/txids/${hash}`, () => ({ hash, height })),
    }
  return {
    ...common,
    async matches(block, interest) {
      const { hash, height } = block
      const all = await ask<Transaction[]>(`/block/${hash}`, () => ({ hash, height, passing: true }))
      const transactions = all
        .filter((transaction) => isWanted(transaction, interest))
        .map((transaction): Placed => ({ transaction, block, links: [] }))
      return { block, transactions, assets: [] }
    },
    balance: (holder, asset, height) =>
      ask<bigint>(`/balance/${holder}/${asset.replace('/', '!')}@${height}`, () => 'refresh'),
  }
}

const byHeight = (a: BlockRef, b: BlockRef): number => a.height - b.height

function isWanted({ inputs, outputs, transfers }: Transaction, interest: Interest): boolean {
  const holders = [
    ...transfers.flatMap(({ from, to }) => [from, to]),
    ...outputs.map(({ holder }) => holder),
    ...inputs.map(({ holder }) => holder ?? null),
  ]
  return (
    inputs.some(({ txid, n }) => interest.spends(txid, n)) ||
    holders.some((holder) => holder !== null && interest.touches(holder))
  )
}
