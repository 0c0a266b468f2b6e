/** @module */
import { chainName } from '../../address/index.ts'
import { SOURCE_KINDS } from '../../chain/source.ts'
import { openLiveFile } from '../../live/liveFile.ts'
import {
  addSource,
  assertSafe,
  isSourceKind,
  MAKERS,
  meetSource,
  type SourceEntry,
} from '../../live/sources/index.ts'
import { type Command, command, flag, UsageError, value, wholeNumber } from '../command.ts'
import { chainOption } from '../holders.ts'
import { writeJson, writeLine } from '../output.ts'
import { STORE_OPTION, storeToWrite } from '../storeOption.ts'
import { SECRET_OPTIONS, secretPlace } from './secretOptions.ts'
import { sourceJson, sourceWorld } from './sourceRows.ts'

/** `lootline source add`: a node, an explorer's API or an indexer that may be asked. */
export const sourceAddCommand: Command = command({
  name: 'source add',
  summary: 'Name a node, an explorer or an indexer that traces may ask; it is asked which chain it serves.',
  about:
    'Nothing is ever asked of a source that was not added here. No key or password is kept: write {NAME} in the URL where an environment variable holds one, or say where it is with one of the options. Sources of one chain are asked in the order in which they were added.',
  arguments: [
    { name: '<kind>', help: `One of ${SOURCE_KINDS.join(', ')}.` },
    { name: '<url>', help: 'Where it answers: http://127.0.0.1:3002/api.' },
  ],
  options: {
    store: STORE_OPTION,
    chain: chainOption(
      'Chain it must serve, by name (bitcoin) or CAIP-2 id (eip155:1). Needed for etherscan, which serves many.',
    ),
    name: value('--name <name>', 'How it is called here. Default: its kind and a number.'),
    ...SECRET_OPTIONS,
    rate: value(
      '--rate <n>',
      'At most so many calls a second. Default: 5; on this machine 10000.',
      positive('--rate'),
    ),
    concurrency: value(
      '--concurrency <n>',
      'At most so many calls at once. Default: 4; on this machine 8.',
      wholeNumber('--concurrency', 1),
    ),
    timeout: value(
      '--timeout <seconds>',
      'Longest time for one answer. Default: 120, of which 30 in silence.',
      positive('--timeout'),
    ),
    insecure: flag('--insecure', 'Send the key or password over plain http to another machine.'),
    json: flag('--json', 'Print JSON.'),
  },
  examples: [
    {
      run: 'lootline source add esplora http://127.0.0.1:3002/api --chain bitcoin',
      does: 'adds an Esplora server of your own',
    },
    {
      run: 'lootline source add bitcoin http://127.0.0.1:8332 --cookie ~/.bitcoin/.cookie',
      does: 'adds a Bitcoin Core node',
    },
    {
      run: 'lootline source add bitcoin-rest http://127.0.0.1:8332',
      does: 'adds a Bitcoin Core node that was started with -rest=1, which takes no password',
    },
    {
      run: "lootline source add evm 'https://mainnet.infura.io/v3/{INFURA_KEY}'",
      does: 'adds a hosted node; the key is in the variable INFURA_KEY',
    },
    {
      run: 'lootline source add etherscan https://api.etherscan.io/v2/api --chain ethereum --key-env ETHERSCAN_KEY',
      does: "adds an explorer's API, which knows the history of every address",
    },
  ],
  async run(context, [kind, typedUrl], { store: named, chain = null, name, json, ...given }) {
    if (!isSourceKind(kind!))
      throw new UsageError(`There is no kind of source "${kind}".`, `Kinds: ${SOURCE_KINDS.join(', ')}.`)
    const { rate, concurrency, timeout, insecure, ...secrets } = given
    const unasked = {
      ...{ kind, url: typedUrl!, secret: secretPlace(context, secrets), insecure },
      pace: {
        ...(rate === undefined ? {} : { perSecond: rate }),
        ...(concurrency === undefined ? {} : { concurrency }),
        ...(timeout === undefined ? {} : { timeoutMs: Math.ceil(timeout * 1000) }),
      },
    }
    assertSafe(unasked)
    const { chain: served, blind } = await meetSource(unasked, chain, {
      ...sourceWorld(context),
      makers: MAKERS,
    })
    const live = openLiveFile(storeToWrite(context, named).path)
    let entry: SourceEntry
    try {
      entry = addSource(live, {
        ...unasked,
        chain: served,
        added: context.now(),
        ...(name === undefined ? {} : { name }),
      })
    } finally {
      live.close()
    }
    if (json) return writeJson(context, { ...sourceJson(entry), blind })
    writeLine(context, `${entry.name}: ${entry.url} serves ${chainName(served)}`)
    for (const sentence of blind) writeLine(context, sentence, 'yellow')
  },
})

/** A number above 0, decimals allowed; at most a million. */
function positive(flags: string): (typed: string) => number {
  return (typed) => {
    const number = Number(typed)
    if (/^\d{1,7}(?:\.\d{1,6})?$/.test(typed) && number > 0 && number <= 1e6) return number
    throw new UsageError(`${flags}: "${typed}" is not a number above 0, and at most 1000000.`)
  }
}
