import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { openCrossBook, type PlacedLink } from '../../cross/index.ts'
import {
  evmTxid,
  inLink,
  outLink,
  START,
  STRANGER,
  saying,
  THERE,
  txid,
  USER,
  VAULT,
} from '../../cross/made.test-suite.ts'
import { addressOf, BITCOIN, ETHEREUM } from '../../units/caip.ts'
import { type Outcome, runCli, temporaryFolder } from '../runCli.test-suite.ts'

const SERVICE = '0x00000000000000000000000000000000000005E1'
const HEAD = 'chain,txid,height,time,kind,position,n,prev_txid,prev_n,from,to,asset,amount,wallet'

let cwd: string
const run = (...argv: string[]): Promise<Outcome> =>
  runCli([...argv, '--store', 's'], { cwd, env: { USER: 'ann' } })
const done = async (...argv: string[]): Promise<string> => {
  const { code, stdout, stderr } = await run(...argv)
  expect([code, stderr.replace(/^(?!error).*$/gm, '').trim()], argv.join(' ')).toEqual([0, ''])
  return stdout
}
const json = async <T>(...argv: string[]): Promise<T> => JSON.parse(await done(...argv, '--json')) as T

/** A Bitcoin payment to a vault, and ETH that the service pays later: (number, milli ETH, seconds). */
async function store(paid: readonly (readonly [n: number, milli: number, later: number])[]): Promise<void> {
  cwd = temporaryFolder()
  const bitcoin = `${BITCOIN},${txid(1)},10,${START}`
  const rows = [
    `${bitcoin},input,,,${txid(9)},0,${addressOf(USER)},,,100001000,`,
    `${bitcoin},output,,0,,,,${addressOf(VAULT)},,100000000,`,
    ...[...paid, [901, 1, -9000] as const, [902, 1, 9000] as const].map(
      ([n, milli, later]) =>
        `${ETHEREUM},${evmTxid(n)},20,${START + later},native,0,,,,${SERVICE},${addressOf(n > 900 ? STRANGER : THERE)},native,${BigInt(milli) * 10n ** 15n},${SERVICE}`,
    ),
  ]
  writeFileSync(join(cwd, 'txs.csv'), `${HEAD}\n${rows.join('\n')}\n`)
  writeFileSync(
    join(cwd, 'labels.csv'),
    `address,name,chain,category,entity,confidence\n${SERVICE},Swapper,ethereum,exchange,swapper,service_data\n${addressOf(VAULT)},Vault 7,bitcoin,exchange,swapper,service_data\n`,
  )
  writeFileSync(
    join(cwd, 'prices.csv'),
    'date,symbol,close,low,high\n2023-11-14,BTC,40500,40000,41000\n2023-11-14,ETH,2025,2000,2050\n',
  )
  await done('import', 'txs.csv')
  await done('labels', 'add', 'labels.csv')
  await done('prices', 'add', 'prices.csv')
}

/** As live sources put it there. */
function said(...links: PlacedLink[]): void {
  const book = openCrossBook(join(cwd, 's'))
  book.addLinks(saying(...links))
  book.close()
}

describe('crossings by amount and time', () => {
  test('one clear candidate is shown with what speaks for it', async () => {
    await store([
      [2, 19_500, 600],
      [3, 900, 700],
    ])
    const text = await done('crossings', 'match', txid(1))
    expect(text).toContain('1 BTC paid on Bitcoin: clear')
    expect(text).toContain('2 receipts from the service: 1 fit, 1 of another amount, 0 without price')
    expect(text).toMatch(/\* +2023-11-14 16:50:00 UTC +Ethereum +19\.5 ETH/)
    expect(await done('crossings', 'show', txid(1))).toContain(`goes on in ${evmTxid(2)} on Ethereum`)
    expect(await done('crossings', 'list', '--open')).toContain('0 open questions')
    expect(await json('crossings', 'list')).toMatchObject([
      { number: 1, kind: 'candidate', verdict: 'clear' },
    ])
  })

  test('two alike wait for an answer, which is kept with who, when and why', async () => {
    await store([
      [2, 19_500, 600],
      [3, 19_600, 500],
    ])
    expect(await json('crossings', 'match', txid(1), '--window', '15m', '--to', 'ethereum')).toMatchObject({
      ...{ verdict: 'open', ranking: { verdict: 'close' }, question: 1 },
    })
    expect(await done('crossings', 'list', '--open')).toMatch(/1 {2}open .*Bitcoin +1 BTC/)
    await done('crossings', 'answer', '1', '--choose', evmTxid(3), '--why', 'they confirmed it')
    expect(await json('crossings', 'show', txid(1))).toMatchObject({
      crossings: [{ how: 'analyst', to: { txid: evmTxid(3), amount: '19600000000000000000' } }],
      questions: [
        { answers: [{ who: 'ann', time: 1_700_000_000, why: 'they confirmed it', kind: 'choose' }] },
      ],
    })
    const text = await done('crossings', 'answer', '1', '--none', '--why', 'no\u001b[31m', '--as', 'bob')
    expect(text).toContain('question 1: none of them')
    expect(text).toContain('bob: none, no\\u{1b}[31m')
    expect(await json('crossings', 'show', txid(1))).toMatchObject({ crossings: [] })
    expect((await json<{ answers: unknown[] }[]>('crossings', 'list'))[0]!.answers).toHaveLength(2)
  })

  test('nothing that fits is no question', async () => {
    await store([[2, 5, 600]])
    expect(await done('crossings', 'match', txid(1))).toContain(
      'Nothing that was received in the window fits',
    )
    expect(await json('crossings', 'list')).toEqual([])
  })
})

describe('crossings by identifier', () => {
  beforeEach(() => store([[2, 19_000, 600]]))

  test('what the two transactions say', async () => {
    said(outLink())
    expect(await done('crossings', 'show', txid(1))).toMatch(
      /not found yet: a payment to 0x28C6\S+ on Ethereum/,
    )
    expect(await done('crossings', 'list')).toMatch(/^1 payment\n.*\n +pending .*1 BTC +thorchain +Ethereum/)
    expect(await json('crossings', 'list')).toMatchObject([
      { number: null, verdict: 'pending', toChain: ETHEREUM, toHolder: THERE, out: { txid: txid(1) } },
    ])
    expect(await done('crossings', 'list', '--open')).toContain('0 open questions')
    expect(await done('trace', '--from', addressOf(USER))).toContain(
      `Traced money leaves Bitcoin for Ethereum, for ${addressOf(THERE)} there, by thorchain (by memo, which anybody can write), in ${txid(1)}. What arrives is not known.`,
    )
    said(inLink())
    const text = await done('crossings', 'show', txid(1))
    expect(text).toContain('leaves Bitcoin by thorchain')
    expect(text).toMatch(/said by +a memo/)
    expect(text).toContain(`goes on in ${evmTxid(2)} on Ethereum`)
    expect(text).toContain("by the protocol's own contract")
    expect(await done('crossings', 'show', evmTxid(2))).toContain('arrives on Ethereum by thorchain')
    expect(await done('crossings', 'list')).toMatch(/1 {2}clear .*thorchain/)
  })

  test('a contract of which the user says once whose it is', async () => {
    said(outLink(), inLink({ contract: STRANGER }))
    expect(await done('crossings', 'list')).toMatch(/1 {2}open .*thorchain/)
    expect(await json('crossings', 'show', txid(1))).toMatchObject({ crossings: [] })
    const trust = ['crossings', 'trust', 'thorchain', addressOf(STRANGER), '--chain', 'ethereum']
    const untrusted = `not followed unasked: it is no contract of thorchain that is known here. Where it is the protocol's own: lootline crossings trust thorchain ${addressOf(STRANGER)} --chain ${ETHEREUM}`
    expect(await done('crossings', 'show', evmTxid(2))).toContain(untrusted)
    expect(await done(...trust)).toContain(`${addressOf(STRANGER)} on Ethereum is trusted as thorchain`)
    expect(await done('crossings', 'show', evmTxid(2))).not.toContain('not followed unasked')
    const text = await done('crossings', 'show', txid(1))
    expect(text).toContain(`goes on in ${evmTxid(2)} on Ethereum`)
    expect(text).toContain('by a contract trusted by you')
    expect(await done('crossings', 'list')).toMatch(/1 {2}clear .*thorchain/)
    expect(await done('trace', '--from', addressOf(USER))).toMatch(/crossed into 19\.00 ETH .*trusted by you/)
    expect(await json('crossings', 'trusted')).toEqual([
      { protocol: 'thorchain', contract: STRANGER, who: 'ann', time: 1_700_000_000 },
    ])
    expect(await done('crossings', 'trusted')).toMatch(/thorchain +Ethereum +0x0+9 +ann +2023-11-14/)
    expect(await done(...trust, '--remove')).toContain('is no longer trusted as thorchain')
    expect(await done('crossings', 'list')).toMatch(/1 {2}open .*thorchain/)
    expect(await json('crossings', 'trusted')).toEqual([])
  })

  test('hostile identifiers are printable', async () => {
    said(
      outLink({ id: '\u001b]0;x\u0007\u202e' }),
      inLink({ id: '\u001b]0;x\u0007\u202e', contract: null, holder: null }),
    )
    for (const argv of [['list'], ['show', txid(1)], ['list', '--json'], ['show', txid(1), '--json']]) {
      const { stdout } = await run('crossings', ...argv)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
      expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/)
    }
  })

  test('nothing known is said', async () => {
    expect(await done('crossings', 'show', txid(7))).toContain('Nothing is known of it beyond its own chain.')
  })
})

describe('refusals', () => {
  beforeEach(() => store([[2, 19_500, 600]]))

  test.each<[string[], number, string]>([
    [['match', 'xyz'], 2, 'is no transaction id'],
    [['match', txid(1), '--window', '3d'], 2, 'is not a time such as'],
    [['match', txid(1), '--window', '25h'], 2, 'of at most a day'],
    [['match', txid(1), '--to', 'nowhere!'], 3, 'is not a CAIP-2 id'],
    [['match', txid(7)], 3, 'does not have the transaction'],
    [['match', `${txid(1)}:9`], 3, 'makes 1 payments'],
    [['answer', '1', '--why', 'x'], 2, 'Give one of'],
    [['answer', '1', '--none', '--refuse', '--why', 'x'], 2, 'Give one of'],
    [['answer', '1', '--none'], 2, 'give a reason'],
    [['answer', '1', '--none', '--why', ' '], 2, 'give a reason'],
    [['answer', '0', '--none', '--why', 'x'], 2, 'not a whole number'],
    [['answer', '8', '--none', '--why', 'x'], 3, 'There is no question 8'],
    [['answer', '8', '--choose', txid(2), '--why', 'x'], 3, 'There is no question 8'],
    [['show', 'xyz'], 2, 'is no transaction id'],
    [['trust', 'nobody', addressOf(STRANGER), '--chain', 'ethereum'], 2, 'one of thorchain, cctp'],
    [['trust', 'hop', addressOf(STRANGER)], 2, 'give the EVM chain'],
    [['trust', 'hop', addressOf(STRANGER), '--chain', 'bitcoin'], 2, 'give the EVM chain'],
    [['trust', 'hop', addressOf(STRANGER), '--chain', 'ethereum', '--remove'], 2, 'is not trusted as hop'],
    [['trust', 'hop', '0x12', '--chain', 'ethereum'], 3, '0x12'],
  ])('%j ends with %i', async (argv, code, words) => {
    const outcome = await run('crossings', ...argv)
    expect([outcome.code, outcome.stderr]).toEqual([code, expect.stringContaining(words)])
  })

  test('a candidate that is none of the question’s', async () => {
    await done('crossings', 'match', txid(1))
    const { code, stderr } = await run(
      'crossings',
      'answer',
      '1',
      '--choose',
      `${evmTxid(2)}:4`,
      '--why',
      'x',
    )
    expect([code, stderr]).toEqual([3, expect.stringContaining('Question 1 has no candidate')])
  })
})
