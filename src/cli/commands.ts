/**
 * Every command, in the order of the help page.
 * @module
 */
import type { Command } from './command.ts'
import { helpCommand } from './help.ts'
import { initCommand } from './init.ts'

/** What the nouns with verbs of their own are. */
export const GROUPS: Readonly<Record<string, string>> = {
  labels: 'Statements about addresses: who is behind them, according to whom.',
  prices: 'Daily prices in US dollars, each with its source.',
  store: 'What this store holds.',
}

export const COMMANDS: readonly Command[] = [initCommand, helpCommand]
