/**
 * The test contracts, compiled once a process.
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Abi, Hex } from 'viem'

export interface Compiled {
  readonly abi: Abi
  readonly bytecode: Hex
}

const FOLDER = join(import.meta.dirname, 'testContracts')

let compiled: ReadonlyMap<string, Compiled> | undefined

/** A contract of `testContracts/` by its name. */
export function contract(name: string): Compiled {
  compiled ??= compileAll()
  const found = compiled.get(name)
  if (found === undefined) throw new Error(`no contract ${name}`)
  return found
}

interface Output {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[]
  readonly contracts: Record<string, Record<string, { abi: Abi; evm: { bytecode: { object: string } } }>>
}

function compileAll(): ReadonlyMap<string, Compiled> {
  const require = createRequire(import.meta.url)
  // It has no types.
  const solc = require('solc') as { compile(input: string): string }
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.sol'))
  return new Map(files.flatMap((name) => compileFile(solc, name)))
}

function compileFile(solc: { compile(input: string): string }, name: string): [string, Compiled][] {
  const sources = { [name]: { content: readFileSync(join(FOLDER, name), 'utf8') } }
  const settings = { outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } } }
  const output = JSON.parse(
    solc.compile(JSON.stringify({ language: 'Solidity', sources, settings })),
  ) as Output
  const errors = (output.errors ?? []).filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join('\n'))
  return Object.entries(output.contracts[name]!).map(([contract, { abi, evm }]) => {
    return [contract, { abi, bytecode: `0x${evm.bytecode.object}` }]
  })
}
