/**
 * The rules: how a spend draws on lots.
 * @module
 */
import type { Kernel, Rule } from '../tape.ts'
import { fifo } from './fifo.ts'
import { haircut } from './haircut.ts'
import { libr } from './libr.ts'
import { lifo } from './lifo.ts'
import { poison } from './poison.ts'
import { tiho } from './tiho.ts'

/**
 * Every rule's kernel, by its name.
 *
 * @example
 * const spool = RULE_KERNELS.fifo(tape)
 */
export const RULE_KERNELS: Readonly<Record<Rule, Kernel>> = { fifo, lifo, haircut, poison, tiho, libr }
