import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { BITCOIN_REGTEST } from '../../units/caip.ts'
import { runCli, temporaryFolder } from '../runCli.test-suite.ts'

const ADDRESS = 'mpXwg4jMtRhuSpVq4xS3HFHmCmWp9NyGKt'

/** A webhook that answers each path's number as its status. */
async function serve(): Promise<{ port: number; close: () => void }> {
  const server = createServer((request, response) => {
    response.writeHead(Number(request.url!.slice(1)), { location: 'http://elsewhere.invalid/' }).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() }
}

test('watch test says of each failure what can be mended at the receiver', async () => {
  const { port, close } = await serve()
  onTestFinished(close)
  const free = await serve()
  free.close()
  const cwd = temporaryFolder()
  const lootline = (...args: string[]) => runCli([...args, '--store', 's'], { cwd })
  await lootline('init')
  const tried = async (receiver: string): Promise<string> => {
    await lootline('watch', 'add', ADDRESS, '--chain', BITCOIN_REGTEST, '--name', 'w', '--notify', receiver)
    const { code, stderr } = await lootline('watch', 'test', 'w')
    await lootline('watch', 'remove', 'w')
    return `${code} ${stderr.replaceAll('\n', ' ')}`
  }
  const hook = `http://127.0.0.1:${port}`
  expect(await tried(`${hook}/410`)).toMatch(
    /^6 error WATCH_NOT_DELIVERED: \S+ did not take the alert: it answered with HTTP status 410\. next: .* another --notify/,
  )
  expect(await tried(`${hook}/404`)).toMatch(/status 404\. next: Check the path of the URL/)
  expect(await tried(`${hook}/401`)).toMatch(/status 401\. next: Check the key/)
  expect(await tried(`${hook}/307`)).toMatch(/redirect \(HTTP status 307\) to http:\/\/elsewhere\.invalid/)
  expect(await tried(`${hook}/503`)).toMatch(/next: Alerts are delivered again by themselves/)
  expect(await tried(`http://127.0.0.1:${free.port}/`)).toMatch(
    /it cannot be reached \(ECONNREFUSED\)\. next: Check that the receiver runs/,
  )
  expect(await tried(`https://127.0.0.1:${port}/200`)).toMatch(
    /it cannot be reached \(E\w+\)\. next: Check that it speaks TLS at this port/,
  )
  expect(await tried('command:["false"]')).toMatch(/^6 error WATCH_NOT_DELIVERED: .* it ended with 1\./)
})
