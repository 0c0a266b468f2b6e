/**
 * A small chain with every kind of transaction that the readers tell apart.
 * @module
 */
import type { Address, Hex } from 'viem'
import type { Anvil, Deployed } from './anvil.test-suite.ts'

export interface EveryKind {
  /** Transaction ids by what is in them. */
  readonly txids: Readonly<Record<string, Hex>>
  readonly contracts: Readonly<Record<string, Deployed>>
  /** Everybody who takes part, as addresses. */
  readonly parties: readonly Address[]
}

const COIN = 10n ** 18n
/** An account that nothing else pays. */
const FRESH: Address = '0x00000000000000000000000000000000000f4e50'

export async function everyKind(anvil: Anvil): Promise<EveryKind> {
  const address = (n: number): Address => anvil.accounts[n]!.address
  const txids: Record<string, Hex> = {}
  const token = await anvil.deploy('Token', ['TOK', 18, 1_000_000n * COIN])
  const other = await anvil.deploy('Token', ['OTH', 6, 10n ** 12n])
  const fee = await anvil.deploy('FeeToken', [1_000n * COIN, address(9)])
  const lying = await anvil.deploy('LyingToken', [10n ** 12n])
  const mute = await anvil.deploy('MuteToken', [1000n])
  const old = await anvil.deploy('OldToken')
  const wrapped = await anvil.deploy('Wrapped')
  const vault = await anvil.deploy('Vault')
  const pool = await anvil.deploy('Pool', [token.address, other.address])
  const splitter = await anvil.deploy('Splitter')
  const helper = await anvil.deploy('Helper')
  const multisend = await anvil.deploy('Multisend')
  const art = await anvil.deploy('Pieces721')
  const pieces = await anvil.deploy('Pieces1155')

  txids['coin'] = await anvil.send(1, address(2), COIN)
  txids['nothing'] = await anvil.send(1, address(2), 0n)
  txids['toSelf'] = await anvil.send(1, address(1), 5n)
  txids['failed'] = await anvil.write(1, splitter, 'fail', [], 7n)
  txids['split'] = await anvil.write(
    1,
    splitter,
    'split',
    [
      [address(3), FRESH],
      [2n * COIN, COIN],
    ],
    3n * COIN,
  )
  txids['stumble'] = await anvil.write(1, splitter, 'stumble', [address(4), address(5)], 100n)
  txids['child'] = await anvil.write(2, splitter, 'viaChild', [address(6)], 1234n)
  const delegated = [helper.address, address(7), 55n]
  txids['delegate'] = await anvil.write(2, splitter, 'byDelegate', delegated, 55n)

  txids['token'] = await anvil.write(0, token, 'transfer', [address(1), 500n * COIN])
  txids['feeToken'] = await anvil.write(0, fee, 'transfer', [address(1), 100n * COIN])
  txids['lying'] = await anvil.write(0, lying, 'transfer', [address(1), 5_000_000n])
  txids['mute'] = await anvil.write(0, mute, 'transfer', [address(1), 10n])
  await anvil.write(0, token, 'transfer', [pool.address, 1000n * COIN])
  await anvil.write(0, other, 'transfer', [pool.address, 10n ** 9n])
  await anvil.write(0, pool, 'sync')
  await anvil.write(1, token, 'approve', [pool.address, 100n * COIN])
  txids['swap'] = await anvil.write(1, pool, 'swap', [true, 100n * COIN, address(3)])
  await anvil.write(1, token, 'approve', [multisend.address, 100n])
  const payees = [address(4), address(4), address(5)]
  txids['multisend'] = await anvil.write(1, multisend, 'send', [token.address, payees, [20n, 20n, 60n]])

  txids['wrap'] = await anvil.write(1, wrapped, 'deposit', [], 9n * COIN)
  txids['wrapByPayment'] = await anvil.send(2, wrapped.address, COIN)
  txids['unwrap'] = await anvil.write(1, wrapped, 'withdraw', [4n * COIN])
  txids['wrapByContract'] = await anvil.write(1, splitter, 'split', [[wrapped.address], [77n]], 77n)
  txids['vault'] = await anvil.send(1, vault.address, 88n)

  await anvil.write(1, art, 'mint', [2n ** 256n - 1n])
  txids['piece'] = await anvil.write(1, art, 'transferFrom', [address(1), address(2), 2n ** 256n - 1n])
  await anvil.write(1, pieces, 'mint', [7n, 100n])
  await anvil.write(1, pieces, 'mint', [8n, 100n])
  txids['batch'] = await anvil.write(1, pieces, 'sendBatch', [address(2), [7n, 8n], [30n, 40n]])

  await anvil.inOneBlock(async () => {
    txids['first'] = await anvil.send(4, address(5), 1n)
    txids['second'] = await anvil.send(5, address(4), 2n)
    txids['third'] = await anvil.send(4, address(5), 3n)
  })

  const contracts = {
    ...{ token, other, fee, lying, mute, old, wrapped, vault, pool },
    ...{ splitter, helper, multisend, art, pieces },
  }
  const parties = [...anvil.accounts.slice(0, 10).map((one) => one.address), FRESH]
  return { txids, contracts, parties: [...parties, ...Object.values(contracts).map((one) => one.address)] }
}
