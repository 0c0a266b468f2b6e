/**
 * A real node for tests: btcd on regtest, in a folder and on a port of its own. It is looked for in LOOTLINE_BTCD, on the
 * PATH, and where the Go toolchain installs.
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { toHex } from '../../units/hex.ts'

export interface Btcd {
  readonly url: string
  /** Value of the header `authorization`. */
  readonly authorization: string
  /** @throws where the node answers with an error */
  call(method: string, ...params: readonly unknown[]): Promise<unknown>
  /** Hands blocks over, the first one's parent being known. */
  submit(blocks: readonly Uint8Array[]): Promise<void>
  /** All blocks of the best chain, from the first on, as they are in block files. */
  blocks(): Promise<Uint8Array[]>
  stop(): Promise<void>
}

/** Path of the program; undefined where there is none, which is printed once. */
export const BTCD: string | undefined = findBtcd()
if (BTCD === undefined)
  console.warn('skipped: no btcd; go install github.com/btcsuite/btcd@latest, or set LOOTLINE_BTCD')

function findBtcd(): string | undefined {
  const named = process.env['LOOTLINE_BTCD']
  if (named !== undefined) return existsSync(named) ? named : undefined
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  folders.push(join(process.env['GOPATH'] ?? join(homedir(), 'go'), 'bin'))
  return folders.map((folder) => join(folder, 'btcd')).find((path) => existsSync(path))
}

/** @param flags beside those that every test needs; default: both indexes */
export async function startBtcd(flags: readonly string[] = ['--txindex', '--addrindex']): Promise<Btcd> {
  const folder = mkdtempSync(join(tmpdir(), 'lootline-btcd-'))
  const port = await freePort()
  const authorization = `Basic ${Buffer.from('test:secret').toString('base64')}`
  const own = ['--regtest', '--notls', '--nolisten', '--nodnsseed', '--nobanning', '--maxpeers=1']
  const where = [`--datadir=${folder}`, `--logdir=${folder}`, `--configfile=${join(folder, 'none')}`]
  const rpc = [`--rpclisten=127.0.0.1:${port}`, '--rpcuser=test', '--rpcpass=secret']
  const child = spawn(BTCD!, [...own, ...where, ...rpc, ...flags], {
    stdio: 'ignore',
    env: { ...process.env, HOME: folder },
  })
  const url = `http://127.0.0.1:${port}`
  const call: Btcd['call'] = async (method, ...params) => {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '1.0', id: 1, method, params }),
    })
    const { result, error } = (await answer.json()) as { result: unknown; error: { message: string } | null }
    if (error) throw new Error(`${method}: ${error.message}`)
    return result
  }
  await untilUp(child, () => call('getblockcount'))
  return {
    url,
    authorization,
    call,
    async submit(blocks) {
      for (const block of blocks) {
        const refused = await call('submitblock', toHex(block))
        if (refused !== null) throw new Error(`submitblock: ${String(refused)}`)
      }
    },
    async blocks() {
      const blocks: Uint8Array[] = []
      for (let height = 0; height <= ((await call('getblockcount')) as number); height++) {
        const hash = await call('getblockhash', height)
        blocks.push(new Uint8Array(Buffer.from((await call('getblock', hash, 0)) as string, 'hex')))
      }
      return blocks
    },
    async stop() {
      const ended = child.exitCode === null ? new Promise((resolve) => child.once('exit', resolve)) : null
      child.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function untilUp(child: ChildProcess, ask: () => Promise<unknown>): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`btcd ended with ${child.exitCode}`)
    try {
      await ask()
      return
    } catch {
      await wait(50)
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}
