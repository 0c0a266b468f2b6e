/** @module */
import { randomBytes } from 'node:crypto'
import type { Alert, Facts } from './alert.ts'
import { draftAlert } from './draft.ts'
import type { Watch } from './watch.ts'

/** An alert of which nothing is true but the watch's name; its key is new each time. It is in no store. */
export function testAlert(watch: Pick<Watch, 'id' | 'name'>, unixSeconds: number): Alert {
  const facts: Facts = {
    ...{ chain: 'test:0', txid: null, height: null, time: unixSeconds, asset: null, amount: null },
    ...{ atMost: false, usd: 'unpriced', from: [], to: [], more: { from: 0, to: 0 }, by: null },
  }
  return { ...draftAlert(watch, 'test', randomBytes(32).toString('hex'), facts), sequence: 0 }
}
