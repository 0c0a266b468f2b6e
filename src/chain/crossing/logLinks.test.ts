import fc from 'fast-check'
import { encodePacked, keccak256 } from 'viem'
import { describe, expect, test } from 'vitest'
import { ETHEREUM } from '../../units/caip.ts'
import type { CrossLink } from '../crossLink.ts'
import { isKnownContract } from './contracts.ts'
import { event, type Log } from './event.ts'
import { CROSSING_TOPICS, logLinks } from './logLinks.ts'
import { account, madeLog, word } from './madeLogs.test-suite.ts'

const BASE = 'eip155:8453'
const TXID = `0x${'ab'.repeat(32)}`
const on = (chain: string, n: number): string => `${chain}:${account(n)}`
const one = (chain: string, ...logs: Log[]): CrossLink => {
  const links = logLinks(chain, TXID, logs)
  expect(links).toHaveLength(1)
  return links[0]!
}

/** First topics that others publish: thornode `chain/evm`, Across' front end, DefiLlama's adapters, Wormhole's watcher, Circle's bindings. */
test.each([
  ['thornode, Deposit', '0xef519b7eb82aaf6ac376a6df2d793843ebfd593de5f1a0601d3cc6ab49ebb395'],
  ['thornode, TransferOut', '0xa9cd03aa3c1b4515114539cd53d22085129d495cb9e9f9af77864526240f1bf7'],
  ['thornode, TransferOutAndCall', '0x8e5841bcd195b858d53b38bcf91b38d47f3bc800469b6812d35451ab619c6f6c'],
  ['Across, V3FundsDeposited', '0xa123dc29aebf7d0c3322c8eeb5b999e859f39937950ed31056532713d0de396f'],
  ['Across V2, FundsDeposited', '0xafc4df6845a4ab948b492800d3d8a25d538a102a2bc07cd01f1cfa097fddcff6'],
  ['Across V2, FilledRelay', '0x8ab9dc6c19fe88e69bc70221b339c84332752fdd49591b7c51e66bae3947b73c'],
  ['CCTP V1, DepositForBurn', '0x2fa9ca894982930190727e75500a97d8dc500233a5065e0f3126c48fbe0343c0'],
  ['Wormhole, LogMessagePublished', '0x6eb224fb001ed210e379b335e35efe88672a8ce935d981a6896b27ffdf52a3b2'],
])('%s', (_, topic) => {
  expect(CROSSING_TOPICS).toContain(topic)
})

describe('both sides carry one identifier', () => {
  test('Across V3', () => {
    const pool = '0x5c7BCd6E7De5423a257D81B442095A1a6ced35C5'
    const common = {
      ...{ inputToken: account(7), outputToken: account(8), inputAmount: 100n, outputAmount: 99n },
      ...{ fillDeadline: 1, exclusivityDeadline: 0, exclusiveRelayer: account(0), message: '0x' },
      ...{ depositId: 5, depositor: account(1), recipient: account(2) },
    }
    const out = one(
      ETHEREUM,
      madeLog(
        'V3FundsDeposited(address inputToken, address outputToken, uint256 inputAmount, uint256 outputAmount, uint256 indexed destinationChainId, uint32 indexed depositId, uint32 quoteTimestamp, uint32 fillDeadline, uint32 exclusivityDeadline, address indexed depositor, address recipient, address exclusiveRelayer, bytes message)',
        pool,
        { ...common, destinationChainId: 8453n, quoteTimestamp: 3 },
      ),
    )
    expect(out).toEqual({
      ...{ protocol: 'across', side: 'out', id: '1:5', holder: on(ETHEREUM, 1), amount: 100n },
      ...{ asset: `${ETHEREUM}/erc20:${account(7)}`, otherChain: BASE, otherHolder: on(BASE, 2) },
      contract: `${ETHEREUM}:${pool}`,
    })
    expect(isKnownContract('across', out.contract)).toBe(true)
    const fill = one(
      BASE,
      madeLog(
        'FilledV3Relay(address inputToken, address outputToken, uint256 inputAmount, uint256 outputAmount, uint256 repaymentChainId, uint256 indexed originChainId, uint32 indexed depositId, uint32 fillDeadline, uint32 exclusivityDeadline, address exclusiveRelayer, address indexed relayer, address depositor, address recipient, bytes message, (address updatedRecipient, bytes updatedMessage, uint256 updatedOutputAmount, uint8 fillType) relayExecutionInfo)',
        account(0xbad),
        {
          ...{ ...common, originChainId: 1n, repaymentChainId: 10n, relayer: account(9) },
          relayExecutionInfo: {
            ...{ updatedRecipient: account(2), updatedMessage: '0x', updatedOutputAmount: 99n, fillType: 0 },
          },
        },
      ),
    )
    expect(fill).toMatchObject({ side: 'in', id: out.id, holder: on(BASE, 2), otherChain: ETHEREUM })
    // The log's shape is right and its contract is nobody's: read, and not vouched for.
    expect(isKnownContract('across', fill.contract)).toBe(false)
  })

  test('Across, bytes32 addresses', () => {
    const common = {
      ...{ inputToken: word(7), outputToken: word(8), inputAmount: 100n, outputAmount: 99n },
      ...{ fillDeadline: 1, exclusivityDeadline: 0, exclusiveRelayer: word(0) },
      ...{ depositId: 2n ** 200n, depositor: word(1), recipient: word(2) },
    }
    const out = one(
      ETHEREUM,
      madeLog(
        'FundsDeposited(bytes32 inputToken, bytes32 outputToken, uint256 inputAmount, uint256 outputAmount, uint256 indexed destinationChainId, uint256 indexed depositId, uint32 quoteTimestamp, uint32 fillDeadline, uint32 exclusivityDeadline, bytes32 indexed depositor, bytes32 recipient, bytes32 exclusiveRelayer, bytes message)',
        account(3),
        { ...common, destinationChainId: 8453n, quoteTimestamp: 3, message: '0x' },
      ),
    )
    const fill = one(
      BASE,
      madeLog(
        'FilledRelay(bytes32 inputToken, bytes32 outputToken, uint256 inputAmount, uint256 outputAmount, uint256 repaymentChainId, uint256 indexed originChainId, uint256 indexed depositId, uint32 fillDeadline, uint32 exclusivityDeadline, bytes32 exclusiveRelayer, bytes32 indexed relayer, bytes32 depositor, bytes32 recipient, bytes32 messageHash, (bytes32 updatedRecipient, bytes32 updatedMessageHash, uint256 updatedOutputAmount, uint8 fillType) relayExecutionInfo)',
        account(3),
        {
          ...{ ...common, originChainId: 1n, repaymentChainId: 10n, relayer: word(9), messageHash: word(0) },
          relayExecutionInfo: {
            ...{
              updatedRecipient: word(2),
              updatedMessageHash: word(0),
              updatedOutputAmount: 99n,
              fillType: 0,
            },
          },
        },
      ),
    )
    expect(fill.id).toBe(out.id)
    expect([out.otherHolder, fill.holder]).toEqual([on(BASE, 2), on(BASE, 2)])
  })

  test('CCTP V1', () => {
    const burn = {
      ...{ burnToken: account(7), amount: 100n, depositor: account(1), mintRecipient: word(2) },
      ...{ destinationTokenMessenger: word(0), destinationCaller: word(0) },
    }
    const out = one(
      ETHEREUM,
      madeLog(
        'DepositForBurn(uint64 indexed nonce, address indexed burnToken, uint256 amount, address indexed depositor, bytes32 mintRecipient, uint32 destinationDomain, bytes32 destinationTokenMessenger, bytes32 destinationCaller)',
        '0xBd3fa81B58Ba92a82136038B25aDec7066af3155',
        { ...burn, nonce: 12n, destinationDomain: 6 },
      ),
    )
    expect(out).toMatchObject({
      id: '1:0:12',
      holder: on(ETHEREUM, 1),
      amount: 100n,
      otherHolder: on(BASE, 2),
    })
    expect(isKnownContract('cctp', out.contract)).toBe(true)
    const body = encodePacked(
      ['uint32', 'bytes32', 'bytes32', 'uint256', 'bytes32'],
      [0, word(7), word(2), 100n, word(1)],
    )
    expect(
      one(
        BASE,
        madeLog(
          'MintAndWithdraw(address indexed mintRecipient, uint256 amount, address indexed mintToken)',
          account(5),
          { mintRecipient: account(2), amount: 100n, mintToken: account(8) },
        ),
        madeLog(
          'MessageReceived(address indexed caller, uint32 sourceDomain, uint64 indexed nonce, bytes32 sender, bytes messageBody)',
          account(6),
          { caller: account(9), sourceDomain: 0, nonce: 12n, sender: word(5), messageBody: body },
        ),
      ),
    ).toMatchObject({
      ...{ side: 'in', id: out.id, holder: on(BASE, 2), asset: `${BASE}/erc20:${account(8)}`, amount: 100n },
      ...{ otherChain: ETHEREUM, otherHolder: on(ETHEREUM, 1) },
    })
  })

  test('CCTP V2: the burn message is the identifier, whatever the attestation fills in', () => {
    const burn = (amount: bigint): Log =>
      madeLog(
        'DepositForBurn(address indexed burnToken, uint256 amount, address indexed depositor, bytes32 mintRecipient, uint32 destinationDomain, bytes32 destinationTokenMessenger, bytes32 destinationCaller, uint256 maxFee, uint32 indexed minFinalityThreshold, bytes hookData)',
        '0x28b5a0e9C621a5BadaA536219b3a228C8168cf5d',
        {
          ...{
            burnToken: account(7),
            amount,
            depositor: account(1),
            mintRecipient: word(2),
            destinationDomain: 6,
          },
          ...{ destinationTokenMessenger: word(0), destinationCaller: word(0), maxFee: 4n },
          ...{ minFinalityThreshold: 1000, hookData: '0xc0ffee' },
        },
      )
    const received = (fee: bigint, expiry: bigint): Log =>
      madeLog(
        'MessageReceived(address indexed caller, uint32 sourceDomain, bytes32 indexed nonce, bytes32 sender, uint32 indexed finalityThresholdExecuted, bytes messageBody)',
        '0x81D40F21F12A8F0E3252Bccb954D722d4c464B64',
        {
          ...{ caller: account(9), sourceDomain: 0, nonce: word(77), sender: word(5) },
          finalityThresholdExecuted: 1000,
          messageBody: encodePacked(
            ['uint32', 'bytes32', 'bytes32', 'uint256', 'bytes32', 'uint256', 'uint256', 'uint256', 'bytes'],
            [1, word(7), word(2), 100n, word(1), 4n, fee, expiry, '0xc0ffee'],
          ),
        },
      )
    const out = one(ETHEREUM, burn(100n))
    const arrived = one(BASE, received(2n, 999n))
    expect(arrived.id).toBe(out.id)
    expect(one(BASE, received(0n, 0n)).id).toBe(out.id)
    expect(one(ETHEREUM, burn(101n)).id).not.toBe(out.id)
    // Without a mint beside it the token and what came are left to the ledger.
    expect(arrived).toMatchObject({ holder: on(BASE, 2), asset: null, amount: null })
  })

  test('Wormhole', () => {
    const bridge = '0x3ee18B2214AFF97000D974cf647E7C347E8fa585'
    const payload = encodePacked(
      ['uint8', 'uint256', 'bytes32', 'uint16', 'bytes32', 'uint16', 'uint256'],
      [1, 100n, word(7), 2, word(2), 30, 0n],
    )
    const publish = (sender: string, bytes: string): Log =>
      madeLog(
        'LogMessagePublished(address indexed sender, uint64 sequence, uint32 nonce, bytes payload, uint8 consistencyLevel)',
        '0x98f3c9e6E3fAce36bAAd05FE09d375Ef1464288B',
        { sender, sequence: 8n, nonce: 0, payload: bytes, consistencyLevel: 1 },
      )
    const out = one(ETHEREUM, publish(bridge, payload))
    expect(out).toMatchObject({
      ...{
        asset: `${ETHEREUM}/erc20:${account(7)}`,
        otherChain: BASE,
        otherHolder: on(BASE, 2),
        amount: null,
      },
    })
    const redeemed = madeLog(
      'TransferRedeemed(uint16 indexed emitterChainId, bytes32 indexed emitterAddress, uint64 indexed sequence)',
      '0x8d2de8d2f73F1F4cAB472AC9A881C9b123C79627',
      {
        emitterChainId: 2,
        emitterAddress: `0x${bridge.slice(2).toLowerCase().padStart(64, '0')}`,
        sequence: 8n,
      },
    )
    expect(one(BASE, redeemed)).toMatchObject({ side: 'in', id: out.id, otherChain: ETHEREUM })
    // Anybody may publish: only the bridge's messages move money. Attestations of tokens (id 2) move none.
    expect(logLinks(ETHEREUM, TXID, [publish(account(1), payload)])).toEqual([])
    expect(logLinks(ETHEREUM, TXID, [publish(bridge, `0x02${payload.slice(4)}`)])).toEqual([])
  })

  test('LayerZero: the endpoint vouches for what its packet has', () => {
    const endpoint = '0x1a44076050125825900e736c501f859c50fE728c'
    const guid = keccak256(
      encodePacked(
        ['uint64', 'uint32', 'bytes32', 'uint32', 'bytes32'],
        [3n, 30101, word(0x70), 30184, word(0x80)],
      ),
    )
    const packet = encodePacked(
      ['uint8', 'uint64', 'uint32', 'bytes32', 'uint32', 'bytes32', 'bytes32', 'bytes'],
      [1, 3n, 30101, word(0x70), 30184, word(0x80), guid, '0x00'],
    )
    const sent = madeLog(
      'OFTSent(bytes32 indexed guid, uint32 dstEid, address indexed fromAddress, uint256 amountSentLD, uint256 amountReceivedLD)',
      account(0x70),
      { guid, dstEid: 30184, fromAddress: account(1), amountSentLD: 100n, amountReceivedLD: 99n },
    )
    const packetSent = madeLog(
      'PacketSent(bytes encodedPayload, bytes options, address sendLibrary)',
      endpoint,
      {
        ...{ encodedPayload: packet, options: '0x', sendLibrary: account(5) },
      },
    )
    const out = one(ETHEREUM, packetSent, sent)
    expect(out).toMatchObject({
      id: guid.slice(2),
      amount: 100n,
      otherChain: BASE,
      contract: `${ETHEREUM}:${endpoint}`,
    })
    expect(one(ETHEREUM, sent).contract).toBe(on(ETHEREUM, 0x70))
    // Another contract cannot borrow the packet.
    expect(one(ETHEREUM, packetSent, { ...sent, address: account(0x71) }).contract).toBe(on(ETHEREUM, 0x71))
    const received = madeLog(
      'OFTReceived(bytes32 indexed guid, uint32 srcEid, address indexed toAddress, uint256 amountReceivedLD)',
      account(0x80),
      { guid, srcEid: 30101, toAddress: account(2), amountReceivedLD: 99n },
    )
    const delivered = madeLog(
      'PacketDelivered((uint32 srcEid, bytes32 sender, uint64 nonce) origin, address receiver)',
      endpoint,
      { origin: { srcEid: 30101, sender: word(0x70), nonce: 3n }, receiver: account(0x80) },
    )
    expect(one(BASE, received, delivered)).toMatchObject({ id: out.id, contract: `${BASE}:${endpoint}` })
    expect(one(BASE, received).contract).toBe(on(BASE, 0x80))
  })

  test('Celer: pools, and vaults with pegged tokens', () => {
    const send = madeLog(
      'Send(bytes32 transferId, address sender, address receiver, address token, uint256 amount, uint64 dstChainId, uint64 nonce, uint32 maxSlippage)',
      '0x5427FEFA711Eff984124bFBB1AB6fbf5E3DA1820',
      {
        ...{
          transferId: word(55),
          sender: account(1),
          receiver: account(2),
          token: account(7),
          amount: 100n,
        },
        ...{ dstChainId: 8453n, nonce: 1n, maxSlippage: 5 },
      },
    )
    const out = one(ETHEREUM, send)
    expect(out).toMatchObject({ id: word(55).slice(2), otherHolder: on(BASE, 2), amount: 100n })
    expect(isKnownContract('celer', out.contract)).toBe(true)
    const relay = madeLog(
      'Relay(bytes32 transferId, address sender, address receiver, address token, uint256 amount, uint64 srcChainId, bytes32 srcTransferId)',
      account(3),
      {
        ...{ transferId: word(56), sender: account(1), receiver: account(2), token: account(8), amount: 98n },
        ...{ srcChainId: 1n, srcTransferId: word(55) },
      },
    )
    expect(one(BASE, relay)).toMatchObject({ side: 'in', id: out.id, holder: on(BASE, 2), amount: 98n })
    const mint = (depositor: string): Log =>
      madeLog(
        'Mint(bytes32 mintId, address token, address account, uint256 amount, uint64 refChainId, bytes32 refId, address depositor)',
        account(3),
        {
          ...{ mintId: word(57), token: account(8), account: account(2), amount: 98n, refChainId: 1n },
          ...{ refId: word(55), depositor },
        },
      )
    expect(one(BASE, mint(account(1)))).toMatchObject({ id: out.id, otherHolder: on(ETHEREUM, 1) })
    expect(logLinks(BASE, TXID, [mint(account(0))])).toEqual([])
    expect(
      one(
        BASE,
        madeLog(
          'Burn(bytes32 burnId, address token, address account, uint256 amount, address withdrawAccount)',
          account(3),
          {
            ...{
              burnId: word(58),
              token: account(8),
              account: account(2),
              amount: 9n,
              withdrawAccount: account(1),
            },
          },
        ),
      ),
    ).toMatchObject({ side: 'out', id: word(58).slice(2), holder: on(BASE, 2), otherChain: null })
  })

  test('Hop and Synapse', () => {
    const sent = madeLog(
      'TransferSent(bytes32 indexed transferId, uint256 indexed chainId, address indexed recipient, uint256 amount, bytes32 transferNonce, uint256 bonderFee, uint256 index, uint256 amountOutMin, uint256 deadline)',
      account(3),
      {
        ...{ transferId: word(55), chainId: 1n, recipient: account(2), amount: 9n, transferNonce: word(1) },
        ...{ bonderFee: 1n, index: 0n, amountOutMin: 0n, deadline: 0n },
      },
    )
    const bonded = madeLog('WithdrawalBonded(bytes32 indexed transferId, uint256 amount)', account(3), {
      ...{ transferId: word(55), amount: 9n },
    })
    expect(one(BASE, sent)).toMatchObject({ id: word(55).slice(2), otherHolder: on(ETHEREUM, 2) })
    expect(one(ETHEREUM, bonded)).toMatchObject({ side: 'in', id: word(55).slice(2) })
    const relayed = madeLog(
      'BridgeRelayed(bytes32 indexed transactionId, address indexed relayer, address indexed to, uint32 originChainId, address originToken, address destToken, uint256 originAmount, uint256 destAmount, uint256 chainGasAmount)',
      account(3),
      {
        ...{ transactionId: word(55), relayer: account(9), to: account(2), originChainId: 1 },
        ...{
          originToken: account(7),
          destToken: account(8),
          originAmount: 10n,
          destAmount: 9n,
          chainGasAmount: 0n,
        },
      },
    )
    expect(one(BASE, relayed)).toMatchObject({
      side: 'in',
      amount: 9n,
      otherChain: ETHEREUM,
      holder: on(BASE, 2),
    })
    const requested = madeLog(
      'BridgeRequested(bytes32 indexed transactionId, address indexed sender, bytes request, uint32 destChainId, address originToken, address destToken, uint256 originAmount, uint256 destAmount, bool sendChainGas)',
      account(3),
      {
        ...{
          transactionId: word(55),
          sender: account(1),
          request: '0x1234',
          destChainId: 8453,
          originAmount: 10n,
        },
        ...{ originToken: `0x${'ee'.repeat(20)}`, destToken: account(8), destAmount: 9n, sendChainGas: true },
      },
    )
    expect(one(ETHEREUM, requested)).toMatchObject({
      side: 'out',
      otherChain: BASE,
      asset: null,
      amount: null,
    })
  })
})

describe('garbage', () => {
  const hex = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString('hex')}`

  test('never throws, and gives bounded text', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...CROSSING_TOPICS),
        fc.array(fc.uint8Array({ minLength: 28, maxLength: 33 }), { maxLength: 4 }),
        fc.uint8Array({ maxLength: 700 }),
        fc.constantFrom(ETHEREUM, BASE, 'eip155:424242', 'eip155:', 'tron:728126428'),
        (topic, topics, data, chain) => {
          const log = { address: account(1), topics: [topic, ...topics.map(hex)], data: hex(data) }
          for (const { id } of logLinks(chain, TXID, [log, { address: 'x', topics: [], data: '' }]))
            expect(id.length).toBeLessThanOrEqual(200)
        },
      ),
    )
  })

  test('words of zeros and ones, offsets that point anywhere', () => {
    const piece = fc.constantFrom(0n, 1n, 32n, 64n, 2n ** 31n, 2n ** 32n, 2n ** 160n - 1n, 2n ** 256n - 1n)
    const asWord = (n: bigint): string => n.toString(16).padStart(64, '0')
    fc.assert(
      fc.property(
        fc.constantFrom(...CROSSING_TOPICS),
        fc.array(piece, { maxLength: 3 }),
        fc.array(piece, { maxLength: 30 }),
        (topic, topics, words) => {
          const log = {
            ...{ address: account(1), topics: [topic, ...topics.map((n) => `0x${asWord(n)}`)] },
            data: `0x${words.map(asWord).join('')}`,
          }
          expect(Array.isArray(logLinks(ETHEREUM, TXID, [log]))).toBe(true)
        },
      ),
    )
  })

  test.each([
    ['capitals', (log: Log) => ({ ...log, data: log.data.toUpperCase() })],
    ['a topic too few', (log: Log) => ({ ...log, topics: log.topics.slice(0, -1) })],
    ['data cut short', (log: Log) => ({ ...log, data: log.data.slice(0, -64) })],
    [
      'bits above an address',
      (log: Log) => ({ ...log, topics: [log.topics[0]!, `0x1${log.topics[1]!.slice(3)}`, log.topics[2]!] }),
    ],
    ['data beyond a transaction', (log: Log) => ({ ...log, data: log.data + '0'.repeat(300_000) })],
  ])('%s', (_, spoil) => {
    const log = madeLog(
      'Deposit(address indexed to, address indexed asset, uint256 amount, string memo)',
      account(1),
      {
        ...{ to: account(2), asset: account(0), amount: 1n, memo: `=:b:${'x'.repeat(40)}` },
      },
    )
    expect(logLinks(ETHEREUM, TXID, [log])).toHaveLength(1)
    expect(logLinks(ETHEREUM, TXID, [spoil(log)])).toEqual([])
  })

  test('no more than 200 links of one transaction', () => {
    const log = madeLog('WithdrawalBonded(bytes32 indexed transferId, uint256 amount)', account(3), {
      ...{ transferId: word(1), amount: 1n },
    })
    expect(logLinks(ETHEREUM, TXID, new Array(1000).fill(log))).toHaveLength(200)
  })
})

test('event reads what another encoder wrote', () => {
  const declaration = 'E(uint64 indexed a, bytes b, (uint32 c, address d) t, string e, bool f)'
  const shape = event(declaration)
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.uint8Array({ maxLength: 80 }), (a, b) => {
      const log = madeLog(declaration, account(1), {
        ...{ a, b: `0x${Buffer.from(b).toString('hex')}`, t: { c: 7, d: account(9) }, e: 'hé', f: true },
      })
      expect(log.topics[0]).toBe(shape.topic)
      expect(shape.read(log)).toEqual({
        ...{ a: a.toString(16).padStart(64, '0'), b: Buffer.from(b).toString('hex') },
        ...{ c: word(7).slice(2), d: word(9).slice(2), e: '68c3a9', f: word(1).slice(2) },
      })
    }),
  )
})

test('known contracts are whole addresses, and asked without case', () => {
  expect(isKnownContract('thorchain', `${ETHEREUM}:0xD37BbE5744D730a1d98d8DC97c42F0Ca46aD7146`)).toBe(true)
  expect(isKnownContract('thorchain', `${BASE}:0xD37BbE5744D730a1d98d8DC97c42F0Ca46aD7146`)).toBe(false)
  expect(isKnownContract('constructor', on(ETHEREUM, 1))).toBe(false)
  expect(isKnownContract('thorchain', null)).toBe(false)
})
