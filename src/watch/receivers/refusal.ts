/**
 * What a webhook's failure means to whoever runs the receiver.
 * @module
 */
import type { SourceError } from '../../net/index.ts'
import { DeliveryError } from './deliveryError.ts'

/** RFC 9110 section 15.5.11: gone, and likely for ever. */
const GONE = 410
/** Codes of OpenSSL and Node that are about a certificate or the TLS connection itself. */
const TLS = /^(?:EPROTO|ERR_SSL_|ERR_TLS_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_)/

/** @param shown the receiver's URL, without secrets */
export function refusalOf(shown: string, error: SourceError): DeliveryError {
  const facts: SourceError['data'] = error.data
  const retryAfterMs = 'retryAfterMs' in facts ? (facts.retryAfterMs ?? 0) : 0
  const gone = facts.code === 'NET_STATUS' && facts.status === GONE
  return new DeliveryError(shown, reasonOf(facts), nextOf(facts), { gone, retryAfterMs })
}

function reasonOf(facts: SourceError['data']): string {
  switch (facts.code) {
    case 'NET_UNREACHABLE':
      return `it cannot be reached (${facts.reason})`
    case 'NET_TIMEOUT':
      return `it did not answer within ${facts.milliseconds} ms`
    case 'NET_STATUS':
      return `it answered with HTTP status ${facts.status}${facts.body === '' ? '' : `: "${facts.body}"`}`
    case 'NET_REDIRECT':
      return `it answered with a redirect (HTTP status ${facts.status}) to ${facts.to}`
    case 'NET_TOO_LARGE':
      return `it answered with more than ${facts.limitBytes} bytes`
    case 'NET_BAD_ANSWER':
      return `it did not answer as HTTP has it (${facts.came})`
    case 'NET_BUSY':
      return `it is busy (${facts.reason})`
  }
}

/** undefined where there is nothing to mend: it is tried again. */
function nextOf(facts: SourceError['data']): string | undefined {
  switch (facts.code) {
    case 'NET_UNREACHABLE':
      return TLS.test(facts.reason)
        ? 'Check that it speaks TLS at this port, with a certificate for this name from an authority that this machine trusts (NODE_EXTRA_CA_CERTS names another), or write http:// where it does not.'
        : 'Check that the receiver runs, and the name and port in its URL.'
    case 'NET_TIMEOUT':
      return 'Let the receiver answer before it works on the alert, by a queue of its own.'
    case 'NET_STATUS':
      return ofStatus(facts.status)
    case 'NET_REDIRECT':
      return 'If you trust that host, watch again with its URL as --notify: an alert is not sent on.'
    case 'NET_TOO_LARGE':
      return 'Check that the URL is that of a webhook: it answers with a status and few words.'
    case 'NET_BAD_ANSWER':
      return 'Check that what listens at this port speaks HTTP, and whether it wants https://.'
    case 'NET_BUSY':
      return undefined
  }
}

function ofStatus(status: number): string | undefined {
  if (status === GONE)
    return 'The receiver says that it is gone for good: watch again with another --notify. Where that is a mistake, mend it; `lootline watch retry` then delivers what was given up.'
  if (status === 401 || status === 403)
    return 'Check the key that the environment gives for this URL, and the secret of --secret-env: the receiver does not accept them.'
  if (status === 404 || status === 405) return 'Check the path of the URL: nothing there takes a POST.'
  return status >= 500 ? undefined : 'Look at the log of the receiver: it refuses what it is sent.'
}
