import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { LootlineError } from '../../errors.ts'
import type { Clock } from '../../net/index.ts'
import type { Facts } from '../alert.ts'
import { draftAlert } from '../draft.ts'
import { createCommand } from './command.ts'
import { createMail, subjectOf } from './mail.ts'
import { parseReceiver } from './parseReceiver.ts'
import { ALERT, type ReceiverWorld, receiverSuite } from './receivers.test-suite.ts'
import { type Mail, serveSmtp } from './smtpServer.test-suite.ts'
import { createWebhook, signatureOf } from './webhook.ts'

const SECRET = 'aQ7xk2Lm9ZpT4vWs8BcD'
/** Time stands, so that the same alert is signed the same. */
const clock: Clock = { now: () => 1_700_000_000_000, sleep: async () => {} }

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

receiverSuite('webhook', async (): Promise<ReceiverWorld> => {
  let how = 'take'
  const came: { json: string; key: string }[] = []
  const server = createHttpServer((request, response) => {
    let json = ''
    request.setEncoding('utf8').on('data', (text: string) => {
      json += text
    })
    request.on('end', () => {
      const { url, headers } = request
      if (how === 'take') {
        came.push({ json, key: String(headers['idempotency-key']) })
        expect(url).toBe(`/hook/${SECRET}`)
        expect(headers['content-type']).toBe('application/json')
        const sent = [headers['webhook-id'], Number(headers['webhook-timestamp'])] as [string, number]
        expect(headers['webhook-signature']).toBe(signatureOf(SECRET, ...sent, json))
        response.writeHead(202).end()
      } else if (how === 'refuse') response.writeHead(500).end(`no: ${url}`)
      else if (how === 'gone')
        response.writeHead(302, { location: `http://elsewhere.invalid/${SECRET}` }).end()
      // It answers in pieces for longer than a receiver is waited for.
      else response.writeHead(200).write('x'.repeat(100_000))
    })
  })
  const port = await listening(server)
  const spec = {
    kind: 'webhook',
    url: `http://127.0.0.1:${port}/hook/{HOOK_KEY}`,
    secretEnv: 'SIGN',
  } as const
  return {
    came,
    secret: SECRET,
    receiver: createWebhook(spec, { env: { HOOK_KEY: SECRET, SIGN: SECRET }, clock }),
    behave(next) {
      how = next
    },
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
})

receiverSuite('command', async (): Promise<ReceiverWorld> => {
  const folder = mkdtempSync(join(tmpdir(), 'lootline-command-'))
  const program = join(folder, 'program.mjs')
  const came: { json: string; key: string }[] = []
  const script = `
    import { readFileSync, writeFileSync } from 'node:fs'
    const how = readFileSync(${JSON.stringify(join(folder, 'how'))}, 'utf8')
    const json = readFileSync(0, 'utf8')
    if (how === 'hang') setInterval(() => {}, 1000)
    else if (how === 'refuse') { process.stderr.write('not today'); process.exitCode = 3 }
    else if (how === 'gone') process.kill(process.pid, 'SIGTERM')
    else writeFileSync(${JSON.stringify(folder)} + '/came-' + process.hrtime.bigint(), JSON.stringify({ json, key: process.env.LOOTLINE_IDEMPOTENCY_KEY }))
  `
  writeFileSync(program, script)
  writeFileSync(join(folder, 'how'), 'take')
  return {
    secret: SECRET,
    get came() {
      came.length = 0
      for (const name of readdirSync(folder).filter((file) => file.startsWith('came-')))
        came.push(JSON.parse(readFileSync(join(folder, name), 'utf8')) as { json: string; key: string })
      return came
    },
    receiver: createCommand(
      { kind: 'command', argv: [process.execPath, program] },
      { env: { ...process.env, TOKEN: SECRET }, timeoutMs: 3000 },
    ),
    behave: (next) => writeFileSync(join(folder, 'how'), next),
    async [Symbol.asyncDispose]() {
      rmSync(folder, { recursive: true, force: true })
    },
  }
})

receiverSuite('mail', async (): Promise<ReceiverWorld> => {
  let how = 'take'
  const came: { json: string; key: string }[] = []
  const server = createServer((socket) => {
    serveSmtp(
      socket,
      () => how,
      ({ json, key }) => came.push({ json, key }),
    )
  })
  const port = await listening(server)
  const env = {
    LOOTLINE_SMTP: `smtp://127.0.0.1:${port}`,
    LOOTLINE_SMTP_FROM: 'watch@example.org',
    LOOTLINE_SMTP_USER: 'watch',
    LOOTLINE_SMTP_PASSWORD: SECRET,
  }
  return {
    came,
    secret: SECRET,
    receiver: createMail({ kind: 'mail', to: 'me@example.org' }, { env }),
    behave(next) {
      how = next
    },
    async [Symbol.asyncDispose]() {
      server.close()
    },
  }
})

test('signs as Standard Webhooks does: the example of its libraries', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
  expect(signatureOf(secret, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, '{"test": 2432232314}')).toBe(
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  )
})

test('a mail has the headers and the receiver that we give it, whatever labels and names say', async () => {
  const mails: Mail[] = []
  const server = createServer((socket) =>
    serveSmtp(
      socket,
      () => 'take',
      (mail) => mails.push(mail),
    ),
  )
  const port = await listening(server)
  onTestFinished(() => void server.close())
  const evil = 'Bank\r\nBcc: <x@example.org>\r\nSubject: another\r\n\r\n.\r\nRCPT TO:<x@example.org>\r\n'
  const label = { name: evil, category: evil, stop: 'service', confidence: 50, source: evil }
  const facts: Facts = {
    ...{
      chain: 'eip155:1',
      txid: '0xab',
      height: 1,
      time: 0,
      amount: '5',
      atMost: false,
      usd: '7',
      by: null,
    },
    asset: { id: 'eip155:1/erc20:0x1', symbol: evil, decimals: 0, known: false },
    from: [{ holder: `eip155:1:${evil}`, amount: '5', label, stop: null }],
    to: [{ holder: `eip155:1:${evil}`, amount: '5', label, stop: 'service' }],
    more: { from: 0, to: 0 },
  }
  const env = { LOOTLINE_SMTP: `smtp://127.0.0.1:${port}`, LOOTLINE_SMTP_FROM: 'watch@example.org' }
  const mail = createMail({ kind: 'mail', to: 'me@example.org' }, { env })
  const draft = draftAlert({ id: 'w', name: evil }, 'arrived', 'ab'.repeat(32), facts)
  await mail.deliver({ ...draft, sequence: 1 })
  expect(mails).toHaveLength(1)
  expect(mails[0]!.recipients).toEqual(['RCPT TO:<me@example.org>'])
  expect(mails[0]!.headers.map((line) => line.slice(0, line.indexOf(':'))).sort()).toEqual(
    [
      ...['From', 'To', 'Subject', 'Message-ID', 'Auto-Submitted', 'Idempotency-Key', 'Date', 'MIME-Version'],
      'Content-Type',
    ].sort(),
  )
  expect(JSON.parse(mails[0]!.json)).toMatchObject({ to: [{ label: { name: evil } }] })
})

test('a subject is one line that shows what cannot be seen', () => {
  expect(subjectOf(ALERT)).toBe('[evil \\u{202e} name\\u{d}\\u{a}Bcc: x@exam…] A test: nothing happened.')
})

test('a mail needs a server that the environment names, without a password in it', async () => {
  const mail = (env: Record<string, string>): Promise<void> =>
    createMail({ kind: 'mail', to: 'me@example.org' }, { env }).deliver(ALERT)
  await expect(mail({})).rejects.toMatchObject({ code: 'WATCH_NO_MAIL_SERVER' })
  await expect(
    mail({ LOOTLINE_SMTP: `smtp://u:${SECRET}@127.0.0.1`, LOOTLINE_SMTP_FROM: 'a@example.org' }),
  ).rejects.not.toThrow(SECRET)
})

test.each([
  ['http://127.0.0.1:9000/hook', { kind: 'webhook', url: 'http://127.0.0.1:9000/hook', secretEnv: 'S' }],
  ['https://x.example/{KEY}', { kind: 'webhook', url: 'https://x.example/{KEY}', secretEnv: 'S' }],
  ['command:/bin/true', { kind: 'command', argv: ['/bin/true'] }],
  ['command:["a","b c"]', { kind: 'command', argv: ['a', 'b c'] }],
  ['mailto:me@example.org', { kind: 'mail', to: 'me@example.org' }],
])('reads %s', (typed, spec) => {
  expect(parseReceiver(typed, 'S')).toEqual(spec)
})

test.each([
  ['ftp://x.example/', 'WATCH_BAD_RECEIVER'],
  ['command:', 'WATCH_BAD_RECEIVER'],
  ['command:[1]', 'WATCH_BAD_RECEIVER'],
  ['command:["a"', 'WATCH_BAD_RECEIVER'],
  ['mailto:me@example.org?subject=x', 'WATCH_BAD_RECEIVER'],
  ['mailto:a@b.example,c@d.example', 'WATCH_BAD_RECEIVER'],
  ['https://u:p@x.example/', 'LIVE_SECRET_IN_URL'],
  [`https://x.example/${SECRET}`, 'LIVE_SECRET_IN_URL'],
])('refuses %s', (typed, code) => {
  expect(() => parseReceiver(typed, null)).toThrow(expect.objectContaining({ code }))
})

test('whatever is typed is a receiver or a refusal in words', () => {
  const prefix = fc.constantFrom('', 'http://', 'https://', 'command:', 'command:[', 'mailto:')
  fc.assert(
    fc.property(prefix, fc.string({ unit: 'binary', maxLength: 60 }), (start, rest) => {
      try {
        parseReceiver(start + rest, null)
      } catch (error) {
        expect(error).toBeInstanceOf(LootlineError)
      }
    }),
    { numRuns: 300 },
  )
})
