/** @module */
import { basename, join, resolve } from 'node:path'
import { type SimulatedSeed, simulate, writeSimulation } from '../simulate/index.ts'
import { type Command, choice, command, flag, UsageError, value, wholeNumber } from './command.ts'
import { grouped, writeJson, writeLine } from './output.ts'

/** `lootline simulate`: a made-up chain with a theft in it, and the truth about it. */
export const simulateCommand: Command = command({
  name: 'simulate',
  summary: 'Make up a chain with a theft and its laundering, and write the truth beside it.',
  about: 'The same options give the same bytes on every machine. No address belongs to anybody.',
  arguments: [],
  options: {
    out: value('--out <folder>', 'Where the files go. Required.'),
    seed: value('--seed <n>', 'Another number, another story. Default: 1.', wholeNumber('--seed', 0)),
    model: choice(
      '--model <model>',
      'Accounts as on Ethereum, or outputs as on Bitcoin.',
      ['account', 'utxo'],
      'account',
    ),
    transactions: value(
      '--transactions <n>',
      'Size of the ledger. Default: 1000.',
      wholeNumber('--transactions', 1),
    ),
    thefts: value('--thefts <n>', 'Thefts in it. Default: 1.', wholeNumber('--thefts', 0)),
    json: flag('--json', 'Print JSON.'),
  },
  examples: [
    {
      run: 'lootline simulate --out story --model utxo --seed 7',
      does: 'writes a ledger, labels, prices and the truth',
    },
    {
      run: 'lootline simulate --out big --transactions 1000000',
      does: 'makes a larger ledger, for trying speed',
    },
  ],
  async run(context, _args, { out, json, seed = 1, model, transactions, thefts }) {
    if (out === undefined) throw new UsageError('--out is missing.', 'Say where the files go: --out story.')
    const simulation = simulate({
      seed,
      model,
      ...(transactions === undefined ? {} : { transactions }),
      ...(thefts === undefined ? {} : { thefts }),
    })
    const files = await writeSimulation(resolve(context.cwd, out), simulation)
    const { seeds } = simulation
    if (json) return writeJson(context, { seed, model, files, seeds })
    writeLine(context, `${grouped(seeds.length)} things stolen on ${simulation.chain}; written to ${out}:`)
    for (const file of Object.values(files)) writeLine(context, `  ${basename(file)}`)
    const store = join(out, 'store')
    writeLine(context, 'Next')
    writeLine(context, `  lootline labels add ${join(out, basename(files.labels))} --store ${store}`)
    writeLine(context, `  lootline import ${join(out, basename(files.ledger))} --store ${store}`)
    for (const stolen of seeds)
      writeLine(context, `  lootline trace --store ${store} --from ${seedText(stolen)}`)
  },
})

/** As `--from` takes it. */
function seedText({ theft, txid, n, asset }: SimulatedSeed): string {
  return `${theft}=${txid}${n === null ? '' : `:${n}`} --asset ${asset}`
}
