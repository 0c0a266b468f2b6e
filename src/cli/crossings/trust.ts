/** @module */
import { chainName, formatHolder } from '../../address/index.ts'
import { PROTOCOLS } from '../../chain/crossing/index.ts'
import { addressOf } from '../../units/index.ts'
import { type Command, command, flag, UsageError, value } from '../command.ts'
import { chainOption } from '../holders.ts'
import { writeJson, writeLine } from '../output.ts'
import { STORE_OPTION } from '../storeOption.ts'
import { withCrossings } from './withCrossings.ts'

/** `lootline crossings trust`: the user's own word on whose a bridge's contract is. */
export const crossingsTrustCommand: Command = command({
  name: 'crossings trust',
  summary:
    "Say that a contract is a bridge protocol's own: its crossings are then followed without a question each.",
  about:
    'For deployments that Lootline does not know, on new chains above all. Say it of the contracts on both sides. Anybody can deploy a contract that claims to be a bridge: look it up at the protocol itself first. Flows that rest on it say "trusted by you".',
  arguments: [
    { name: '<protocol>', help: `One of ${PROTOCOLS.join(', ')}.` },
    { name: '<address>', help: 'The contract that writes the log: lootline crossings show names it.' },
  ],
  options: {
    store: STORE_OPTION,
    chain: chainOption('Chain of the contract, by name or CAIP-2 id. Must be given.'),
    remove: flag('--remove', 'Trust it no more.'),
    as: value('--as <name>', 'Who says so. Default: USER.'),
    json: flag('--json', 'Print JSON.'),
  },
  examples: [
    {
      run: 'lootline crossings trust across 0x09ae…7bec --chain eip155:130',
      does: 'lets traces go through this spoke pool',
    },
  ],
  async run(context, [protocol, typed], { store: named, chain, remove, as, json }) {
    if (!PROTOCOLS.includes(protocol!)) throw new UsageError(`<protocol>: one of ${PROTOCOLS.join(', ')}.`)
    if (chain === undefined || !chain.startsWith('eip155:'))
      throw new UsageError('--chain <chain>: give the EVM chain of the contract.')
    const contract = formatHolder(chain, typed!)
    const who = (as ?? context.env['USER'] ?? '').trim() || 'unknown'
    await withCrossings(context, named, ({ crossings }) => {
      const trust = { protocol: protocol!, contract, who, time: context.now() }
      if (!remove) crossings.trust(trust)
      else if (!crossings.distrust(trust.protocol, contract))
        throw new UsageError(
          `${contract} is not trusted as ${protocol}.`,
          'See what is: lootline crossings trusted.',
        )
      if (json) return writeJson(context, crossings.trusted())
      const what = remove ? 'is no longer trusted as' : 'is trusted as'
      writeLine(context, `${addressOf(contract)} on ${chainName(chain)} ${what} ${protocol}`)
    })
  },
})
