/**
 * A real EVM node for tests: anvil, on a port of its own, with helpers to deploy the test contracts and send transactions.
 * @module
 */
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import {
  type Abi,
  type Address,
  createPublicClient,
  createTestClient,
  createWalletClient,
  getAddress,
  type Hex,
  http,
} from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { createDoor, type Door } from '../../net/index.ts'
import { contract } from './compile.test-suite.ts'

export interface Deployed {
  readonly address: Address
  readonly abi: Abi
}

export interface Anvil {
  readonly url: string
  readonly chainId: number
  /** By number: the first ten have 10,000 coins each, the others none. */
  readonly accounts: readonly ReturnType<typeof mnemonicToAccount>[]
  /** A door to it, without pacing. */
  door(): Door
  /** One call of the node's own interface. */
  rpc(method: string, params?: readonly unknown[]): Promise<unknown>
  /** Sends coins or a call from account `from`, mined in a block of its own unless mining is off; the transaction's id. */
  send(from: number, to: Address | null, value: bigint, data?: Hex): Promise<Hex>
  /** Calls a contract in a transaction. */
  write(from: number, at: Deployed, name: string, args?: readonly unknown[], value?: bigint): Promise<Hex>
  /** Asks a contract without a transaction. */
  read(at: Deployed, name: string, args?: readonly unknown[]): Promise<unknown>
  deploy(name: string, args?: readonly unknown[], from?: number): Promise<Deployed>
  /** Sends a creation without waiting for it: for {@link inOneBlock}. */
  deployLater(name: string, from: number): Promise<Hex>
  /** Lets `work` send transactions that all go into one block. */
  inOneBlock(work: () => Promise<void>): Promise<void>
  balance(of: Address): Promise<bigint>
  stop(): Promise<void>
}

/** Words of anvil's default accounts (foundry book, "anvil"). */
const MNEMONIC = 'test test test test test test test test test test test junk'
/** Seconds of the first block: 2023-11-14 22:13:20 UTC. */
const START = 1_700_000_000
const GAS = 3_000_000n

export async function startAnvil({ chainId }: { readonly chainId: number }): Promise<Anvil> {
  const require = createRequire(import.meta.url)
  const path = join(dirname(require.resolve('@foundry-rs/anvil/package.json')), 'bin.mjs')
  const options = ['--port', '0', '--chain-id', String(chainId), '--timestamp', String(START)]
  // In a group of its own: the command is a script that starts the program.
  const child = spawn(process.execPath, [path, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  const url = await new Promise<string>((resolve, reject) => {
    let said = ''
    child.on('error', reject)
    child.on('exit', (code) => reject(new Error(`anvil ended with ${code}: ${said}`)))
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk
      const address = /Listening on (127\.0\.0\.1:\d+)/.exec(said)?.[1]
      if (address !== undefined) resolve(`http://${address}`)
    })
  })
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()))
  const kill = (): void => {
    try {
      process.kill(-child.pid!, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
  }
  process.on('exit', kill)

  const chain = {
    id: chainId,
    name: 'anvil',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [url] } },
  }
  const transport = http(url, { retryCount: 0 })
  const test = createTestClient({ mode: 'anvil', chain, transport })
  const open = createPublicClient({ chain, transport })
  const wallet = createWalletClient({ chain, transport })
  const accounts = Array.from({ length: 30 }, (_, addressIndex) =>
    mnemonicToAccount(MNEMONIC, { addressIndex }),
  )
  await test.setBlockTimestampInterval({ interval: 12 })

  let mining = true
  const mined = async (hash: Hex): Promise<Hex> => {
    if (mining) await open.waitForTransactionReceipt({ hash, pollingInterval: 20 })
    return hash
  }
  const anvil: Anvil = {
    url,
    chainId,
    accounts,
    door: () =>
      createDoor({ url, limits: { perSecond: 10_000, burst: 10_000, concurrency: 16, retries: 0 } }),
    rpc: (method, params = []) => test.request({ method, params } as never),
    send: async (from, to, value, data = '0x') =>
      mined(await wallet.sendTransaction({ account: accounts[from]!, to, value, data, gas: GAS })),
    write: async (from, { address, abi }, functionName, args = [], value = 0n) => {
      const call = { account: accounts[from]!, address, abi, functionName, args, value, gas: GAS }
      return mined(await wallet.writeContract(call))
    },
    read: ({ address, abi }, functionName, args = []) =>
      open.readContract({ address, abi, functionName, args }),
    deploy: async (name, args = [], from = 0) => {
      const { abi, bytecode } = contract(name)
      const hash = await wallet.deployContract({ account: accounts[from]!, abi, bytecode, args, gas: GAS })
      const { contractAddress } = await open.waitForTransactionReceipt({ hash, pollingInterval: 20 })
      return { address: getAddress(contractAddress!), abi }
    },
    deployLater: (name, from) => {
      const { abi, bytecode } = contract(name)
      return wallet.deployContract({ account: accounts[from]!, abi, bytecode, args: [], gas: GAS })
    },
    async inOneBlock(work) {
      await test.setAutomine(false)
      mining = false
      try {
        await work()
      } finally {
        mining = true
        await test.mine({ blocks: 1 })
        await test.setAutomine(true)
      }
    },
    balance: (of) => open.getBalance({ address: of }),
    async stop() {
      process.off('exit', kill)
      kill()
      await ended
    },
  }
  return anvil
}
