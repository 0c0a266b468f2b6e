/**
 * The book of crossings, `crossings.sqlite` of a store: what transactions say of other chains, the questions that follow
 * from it or from a search among candidates, and what an analyst answered. Tables: `docs/formats/crossings.md`.
 * @module
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { CrossLink } from '../chain/crossLink.ts'
import type { Placed } from '../chain/source.ts'
import { inTransaction, openDatabase, wrapSqlite } from '../store/index.ts'
import type { ChainId, HolderId } from '../units/caip.ts'
import { CrossQuestionError } from './crossQuestionError.ts'
import { askedOf, identifierKey, keyOf } from './pairingQuestion.ts'
import { pairLinks } from './pairLinks.ts'
import type { PlacedLink, Trusts } from './placedLink.ts'
import {
  type AnalystAnswer,
  type AnswerKind,
  type Asked,
  type Candidate,
  packed,
  type Question,
  unpacked,
} from './question.ts'

const SCHEMA = `
  CREATE TABLE link (
    chain TEXT NOT NULL, txid TEXT NOT NULL, body TEXT NOT NULL, n INTEGER NOT NULL, protocol TEXT NOT NULL,
    id TEXT NOT NULL, height INTEGER, time INTEGER, PRIMARY KEY (chain, txid, body, n)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX link_id ON link (protocol, id);
  CREATE TABLE question (
    number INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, chain TEXT NOT NULL, txid TEXT NOT NULL,
    verdict TEXT NOT NULL, body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX question_tx ON question (chain, txid);
  CREATE TABLE answer (
    id INTEGER PRIMARY KEY, question INTEGER NOT NULL REFERENCES question, kind TEXT NOT NULL, chosen TEXT,
    who TEXT NOT NULL, time INTEGER NOT NULL, why TEXT NOT NULL
  ) STRICT;
  CREATE INDEX answer_question ON answer (question);
`

/** Came later than version 1 of the file, which lacks nothing without it. */
const TRUST = `
  CREATE TABLE IF NOT EXISTS trust (
    protocol TEXT NOT NULL, contract TEXT NOT NULL, who TEXT NOT NULL, time INTEGER NOT NULL,
    PRIMARY KEY (protocol, contract)
  ) STRICT, WITHOUT ROWID;
`

/** Links of one identifier beyond which no more are looked at: each is in a transaction that somebody paid for. */
const MOST_OF_ONE = 200

export interface TxKey {
  readonly chain: ChainId
  readonly txid: string
}

export interface CrossBook {
  /** Takes in what confirmed transactions say; unconfirmed ones are left out. Saying it again changes nothing. */
  addLinks(placed: readonly Placed[]): void
  /** Forgets what transactions said: their block was turned back. Answers are kept. */
  forget(chain: ChainId, txids: readonly string[]): void
  /** Links of transactions, in the order they are in. */
  links(txs: readonly TxKey[]): PlacedLink[]
  /** Transactions that say that money leaves by them. */
  leaving(): TxKey[]
  /** All of it: questions with something to answer, those that were answered, and what is clear. */
  questions(): Question[]
  /** Those whose payment is in one of these transactions. */
  questionsOf(txs: readonly TxKey[]): Question[]
  /** @throws {CrossQuestionError} where there is none of this number */
  question(number: number): Question
  /** Asks, or asks anew, about one payment; gives the question's number. */
  ask(asked: Asked): number
  /**
   * Adds an answer; earlier ones are kept.
   * @throws {CrossQuestionError} where there is no such question
   */
  answer(number: number, answer: AnalystAnswer): void
  /** Whether the user said that a contract is the protocol's. */
  readonly trusts: Trusts
  /** By protocol and contract. */
  trusted(): Trust[]
  /** From now on the contract's word is the protocol's; links that are there are paired anew. */
  trust(trust: Trust): void
  /** @returns false where it was not trusted */
  distrust(protocol: string, contract: HolderId): boolean
  close(): void
}

/** The user's word that a contract is a protocol's. */
export interface Trust {
  readonly protocol: string
  readonly contract: HolderId
  readonly who: string
  /** Unix seconds. */
  readonly time: number
}

/**
 * Opens the crossings of a store, making the file where there is none.
 *
 * @param path — a store's folder, its `crossings.sqlite`, or `:memory:`
 * @throws {StoreProblemError | ForeignDatabaseError} as the store room says
 */
export function openCrossBook(path: string): CrossBook {
  const file = statSync(path, { throwIfNoEntry: false })?.isDirectory()
    ? join(path, 'crossings.sqlite')
    : path
  const database = openDatabase(file, { room: 'cross', version: 1, schema: SCHEMA })
  wrapSqlite(file, () => database.exec(TRUST))
  const write = <T>(work: () => T): T => inTransaction(database, file, work)
  /** A trace asks once a wave: preparing takes longer than answering. */
  const prepared = new Map<string, ReturnType<typeof database.prepare>>()
  const rows = <T>(sql: string, ...values: (string | number)[]): T[] =>
    wrapSqlite(file, () => {
      const statement = prepared.get(sql) ?? database.prepare(sql)
      prepared.set(sql, statement)
      return statement.all(...values)
    }) as unknown as T[]

  const put = database.prepare(
    'INSERT OR IGNORE INTO link (chain, txid, body, n, protocol, id, height, time) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  )
  const has = database.prepare('SELECT 1 FROM trust WHERE protocol = ? AND contract = ?')
  const putQuestion = database.prepare(
    `INSERT INTO question (key, chain, txid, verdict, body) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (key) DO UPDATE SET verdict = excluded.verdict, body = excluded.body RETURNING number`,
  )

  const trusts: Trusts = (protocol, contract) => has.get(protocol, contract) !== undefined

  /** Pairs anew what carries these identifiers. */
  const settle = (touched: Iterable<readonly [protocol: string, id: string]>): void => {
    const seen = new Set<string>()
    for (const [protocol, id] of touched) {
      const key = identifierKey(protocol, id)
      if (seen.has(key)) continue
      seen.add(key)
      const links = rows<LinkRow>(
        'SELECT * FROM link WHERE protocol = ? AND id = ? ORDER BY chain, txid, body, n LIMIT ?',
        ...[protocol, id, MOST_OF_ONE],
      ).map(toLink)
      const kept = new Set<string>()
      for (const pairing of pairLinks(links, trusts)) {
        if (pairing.verdict === 'none') continue
        const asked = askedOf(pairing)
        kept.add(keyOf(asked))
        store(asked)
      }
      const old = rows<QuestionRow>(
        'SELECT * FROM question WHERE key >= ? AND key < ?',
        ...[`${key} `, `${key}!`],
      )
      for (const row of old) {
        if (kept.has(row.key)) continue
        database
          .prepare(
            'DELETE FROM question WHERE number = ?1 AND NOT EXISTS (SELECT 1 FROM answer WHERE question = ?1)',
          )
          .run(row.number)
        database.prepare(`UPDATE question SET verdict = 'gone' WHERE number = ?`).run(row.number)
      }
    }
  }
  const identifiersOf = (protocol: string): [string, string][] =>
    rows<LinkRow>('SELECT DISTINCT protocol, id FROM link WHERE protocol = ?', protocol).map((link) => [
      link.protocol,
      link.id,
    ])
  const store = (asked: Asked): number => {
    const { chain, txid } = asked.out
    const row = putQuestion.get(keyOf(asked), chain, txid, asked.verdict, packed(asked))
    return Number(row!['number'])
  }
  const toQuestion = (row: QuestionRow): Question => ({
    ...unpacked<Asked>(row.body),
    verdict: row.verdict,
    number: row.number,
    answers: rows<AnswerRow>('SELECT * FROM answer WHERE question = ? ORDER BY id', row.number).map(
      ({ kind, chosen, who, time, why }) => ({
        ...{ kind, who, time, why },
        chosen: chosen === null ? null : unpacked<Candidate>(chosen),
      }),
    ),
  })
  const ofTxs = <T>(table: string, order: string, txs: readonly TxKey[]): T[] =>
    rows<T>(
      `SELECT t.* FROM json_each(?) j CROSS JOIN ${table} t
       ON t.chain = j.value ->> 0 AND t.txid = j.value ->> 1 ORDER BY ${order}`,
      JSON.stringify(distinct(txs).map(({ chain, txid }) => [chain, txid])),
    )

  return {
    addLinks(placed) {
      const said = placed.filter(({ block, links }) => block !== null && links.length > 0)
      if (said.length === 0) return
      write(() => {
        const touched: [string, string][] = []
        for (const { transaction, block, links } of said) {
          const counts = new Map<string, number>()
          for (const link of links) {
            const body = packed(link)
            const n = counts.get(body) ?? 0
            counts.set(body, n + 1)
            const { chain, txid } = transaction
            put.run(chain, txid, body, n, link.protocol, link.id, block!.height, block!.time)
            touched.push([link.protocol, link.id])
          }
        }
        settle(touched)
      })
    },
    forget(chain, txids) {
      write(() => {
        const gone = ofTxs<LinkRow>(
          'link',
          't.chain, t.txid',
          txids.map((txid) => ({ chain, txid })),
        )
        const drop = database.prepare('DELETE FROM link WHERE chain = ? AND txid = ?')
        for (const { txid } of gone) drop.run(chain, txid)
        settle(gone.map(({ protocol, id }) => [protocol, id]))
      })
    },
    links: (txs) => ofTxs<LinkRow>('link', 'j.key, t.body, t.n', txs).map(toLink),
    leaving: () =>
      rows<TxKey>(
        `SELECT DISTINCT chain, txid FROM link WHERE body ->> 'side' = 'out' ORDER BY time, chain, txid`,
      ).map(({ chain, txid }) => ({ chain, txid })),
    questions: () => rows<QuestionRow>('SELECT * FROM question ORDER BY number').map(toQuestion),
    questionsOf: (txs) => ofTxs<QuestionRow>('question', 't.number', txs).map(toQuestion),
    question(number) {
      const [row] = rows<QuestionRow>('SELECT * FROM question WHERE number = ?', number)
      if (row === undefined) throw new CrossQuestionError({ code: 'CROSS_NO_QUESTION', number })
      return toQuestion(row)
    },
    ask: (asked) => write(() => store(asked)),
    answer(number, { kind, chosen, who, time, why }) {
      this.question(number)
      write(() => {
        database
          .prepare('INSERT INTO answer (question, kind, chosen, who, time, why) VALUES (?, ?, ?, ?, ?, ?)')
          .run(number, kind, chosen === null ? null : packed(chosen), who, time, why)
      })
    },
    trusts,
    trusted: () => rows<Trust>('SELECT * FROM trust ORDER BY protocol, contract'),
    trust({ protocol, contract, who, time }) {
      write(() => {
        database
          .prepare('INSERT OR REPLACE INTO trust (protocol, contract, who, time) VALUES (?, ?, ?, ?)')
          .run(protocol, contract, who, time)
        settle(identifiersOf(protocol))
      })
    },
    distrust(protocol, contract) {
      return write(() => {
        const { changes } = database
          .prepare('DELETE FROM trust WHERE protocol = ? AND contract = ?')
          .run(protocol, contract)
        settle(identifiersOf(protocol))
        return changes > 0
      })
    },
    close: () => database.close(),
  }
}

interface LinkRow {
  readonly chain: string
  readonly txid: string
  readonly body: string
  readonly protocol: string
  readonly id: string
  readonly height: number | null
  readonly time: number | null
}

interface QuestionRow {
  readonly number: number
  readonly key: string
  readonly verdict: Asked['verdict']
  readonly body: string
}

interface AnswerRow {
  readonly kind: AnswerKind
  readonly chosen: string | null
  readonly who: string
  readonly time: number
  readonly why: string
}

function toLink({ chain, txid, body, height, time }: LinkRow): PlacedLink {
  return { ...unpacked<CrossLink>(body), chain, txid, height, time }
}

function distinct(txs: readonly TxKey[]): TxKey[] {
  return [...new Map(txs.map((tx) => [`${tx.chain} ${tx.txid}`, tx])).values()]
}
