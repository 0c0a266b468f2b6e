/**
 * A mail server of our own, as far as nodemailer needs one.
 * @module
 */
import type { Socket } from 'node:net'

/** What came. */
export interface Mail {
  /** The attached alert. */
  readonly json: string
  /** Of `Message-ID`. */
  readonly key: string
  /** Unfolded, a line each. */
  readonly headers: readonly string[]
  /** `RCPT TO:<…>` as it was said. */
  readonly recipients: readonly string[]
}

/** So much of RFC 5321 as nodemailer speaks. */
export function serveSmtp(socket: Socket, how: () => string, take: (mail: Mail) => void): void {
  let text = ''
  const recipients: string[] = []
  let inMail = false
  const say = (line: string): void => void socket.write(`${line}\r\n`)
  socket.on('error', () => {})
  if (how() === 'gone') return void socket.destroy()
  // A greeting that never becomes one.
  if (how() === 'hang') return void setTimeout(() => socket.destroy(), 500)
  say('220 test')
  socket.setEncoding('utf8').on('data', (part: string) => {
    text += part
    for (let end = text.indexOf('\r\n'); !inMail && end >= 0; end = text.indexOf('\r\n')) {
      const line = text.slice(0, end)
      text = text.slice(end + 2)
      if (/^EHLO/i.test(line)) socket.write('250-test\r\n250 AUTH PLAIN\r\n')
      else if (/^AUTH/i.test(line)) say(how() === 'refuse' ? `535 no: ${line}` : '235 yes')
      else if (/^RCPT/i.test(line)) {
        recipients.push(line)
        say('250 ok')
      } else if (/^DATA/i.test(line)) {
        inMail = true
        say('354 go')
      } else if (/^QUIT/i.test(line)) {
        say('221 bye')
        socket.end()
      } else say('250 ok')
    }
    if (inMail && text.endsWith('\r\n.\r\n')) {
      const key = /^Message-ID:\s+<(\w+)@/im.exec(text)?.[1] ?? ''
      const part64 = /alert\.json[\s\S]*?\r\n\r\n([\s\S]*?)\r\n--/.exec(text)?.[1] ?? ''
      const isBase64 = /alert\.json[\s\S]*?base64/i.test(text) || !part64.startsWith('{')
      const json = isBase64 ? Buffer.from(part64, 'base64').toString() : unfolded(part64)
      const headers = text
        .slice(0, text.indexOf('\r\n\r\n'))
        .replaceAll(/\r\n\s+/g, ' ')
        .split('\r\n')
      take({ json: json.trim(), key, headers, recipients: [...recipients] })
      recipients.length = 0
      inMail = false
      text = ''
      say('250 taken')
    }
  })
}

/** RFC 2045 section 6.7. */
function unfolded(text: string): string {
  const bytes = text
    .replaceAll('=\r\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString()
}
