/**
 * YAML from strangers: bounded in size, nesting, aliases and documents before any value is made.
 * @module
 */
import { Composer, isAlias, isMap, isScalar, isSeq, Lexer, type Node, Parser } from 'yaml'
import { LabelFileError } from './labelFileError.ts'

/** The largest public pack is 1.5 MB of 394,000 lexemes and takes 0.6 s. */
const MAX_CHARS = 8 << 20
/** Bounds time and memory: 8 MB of the shortest lexemes took 40 s and 2.4 GB (2 shared cores, 2026-11). */
const MAX_LEXEMES = 1_000_000
/** Tokens on the parser's stack. Packs need 12; beyond some thousands the parser aborts the process, which none can catch. */
const MAX_STACK = 64
/** Values that aliases may repeat, in all. */
const MAX_ALIASED = 10_000

/**
 * One YAML document as plain data: maps are `Map`, and what is no string, number or boolean is null.
 *
 * @throws {LabelFileError} LABEL_TOO_BIG, LABEL_BAD_FILE on a syntax error, a repeated key, nesting or alias bounds
 */
export function readYaml(text: string, file: string): unknown {
  if (text.length > MAX_CHARS) {
    throw new LabelFileError('LABEL_TOO_BIG', file, `${text.length} characters of YAML, at most ${MAX_CHARS}`)
  }
  const parser = new Parser()
  const tokens = []
  let lexemes = 0
  for (const lexeme of new Lexer().lex(text)) {
    if (++lexemes > MAX_LEXEMES)
      throw new LabelFileError('LABEL_TOO_BIG', file, `more than ${MAX_LEXEMES} lexemes of YAML`)
    for (const token of parser.next(lexeme)) tokens.push(token)
    if (parser.stack.length > MAX_STACK)
      throw bad(file, `nested deeper than ${MAX_STACK} at ${at(text, parser.offset)}`)
  }
  for (const token of parser.end()) tokens.push(token)
  if (tokens.filter((token) => token.type === 'document').length > 1)
    throw bad(file, 'more than one document')
  // Keys are compared below: the parser's own check takes quadratic time.
  const composer = new Composer({
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
    stringKeys: true,
  })
  for (const document of composer.compose(tokens)) {
    const error = document.errors[0]
    if (error) throw bad(file, `${at(text, error.pos[0])}: ${error.message}`)
    return convert(document.contents, text, file)
  }
  return null
}

function convert(root: Node | null, text: string, file: string): unknown {
  const anchors = new Map<string, Node>()
  let aliased = 0
  const visit = (node: unknown, inAlias: boolean, depth: number): unknown => {
    if (inAlias && ++aliased > MAX_ALIASED) throw bad(file, `aliases repeat more than ${MAX_ALIASED} values`)
    if (depth > MAX_STACK) throw bad(file, `nested deeper than ${MAX_STACK} through aliases`)
    if (isAlias(node)) {
      const target = anchors.get(node.source)
      if (target === undefined) throw bad(file, `alias *${node.source} has no anchor`)
      return visit(target, true, depth + 1)
    }
    if ((isScalar(node) || isMap(node) || isSeq(node)) && node.anchor !== undefined)
      anchors.set(node.anchor, node)
    // An EVM address without quotes is a hexadecimal number to YAML.
    if (isScalar(node) && typeof node.value === 'number' && !Number.isSafeInteger(node.value))
      return node.source ?? node.value
    if (isScalar(node)) return scalar(node.value)
    if (isSeq(node)) return node.items.map((item) => visit(item, inAlias, depth + 1))
    if (!isMap(node)) return null
    const map = new Map<string, unknown>()
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : ''
      if (map.has(name)) {
        const offset = isScalar(key) ? (key.range?.[0] ?? 0) : 0
        throw bad(file, `${at(text, offset)}: key "${name}" is given twice`)
      }
      map.set(name, visit(value, inAlias, depth + 1))
    }
    return map
  }
  return visit(root, false, 0)
}

/** Dates a `%YAML 1.1` header turns into objects go back to text. */
function scalar(value: unknown): string | number | bigint | boolean | null {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  const type = typeof value
  return type === 'string' || type === 'number' || type === 'boolean' || type === 'bigint'
    ? (value as string | number | bigint | boolean)
    : null
}

/** Line of an offset, counted only where there is something to say. */
function at(text: string, offset: number): string {
  let line = 1
  for (let i = text.indexOf('\n'); i >= 0 && i < offset; i = text.indexOf('\n', i + 1)) line++
  return `line ${line}`
}

function bad(file: string, what: string): LabelFileError {
  return new LabelFileError('LABEL_BAD_FILE', file, what)
}
