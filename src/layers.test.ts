import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { describe, expect, test } from 'vitest'

/** Each room may import itself and the rooms before it: docs/architecture.md. */
const ROOMS = [
  'errors',
  'units',
  'net',
  'store',
  'address',
  'chain',
  'simulate',
  'price',
  'label',
  'ledger',
  'cluster',
  'trace',
  'cross',
  'live',
  'screen',
  'watch',
  'mail',
  'malware',
  'case',
  'scene',
  'report',
  'server',
  'cli',
]

/** What only some rooms may do, and the reason printed where another does. */
const RESTRICTED: readonly { pattern: RegExp; rooms: readonly string[]; why: string }[] = [
  {
    pattern:
      /['"](?:node:)?(?:net|http|https|http2|tls|dgram|dns|dns\/promises|inspector)['"]|\bfetch\(|\bWebSocket\b/,
    rooms: ['net', 'server'],
    why: 'reaches for the network',
  },
  { pattern: /\bprocess\.exit\b/, rooms: ['cli'], why: 'ends the process' },
  {
    pattern: /['"]node:sqlite['"]/,
    rooms: ['store', 'label', 'price', 'ledger'],
    why: 'opens a database itself',
  },
]

interface Source {
  /** Path inside `src/`, with `/`. */
  readonly path: string
  readonly text: string
}

/** Every breach of the order of rooms and of the restrictions, as a sentence. Tests and benchmarks may look anywhere. */
function layerFaults(sources: readonly Source[]): string[] {
  const faults: string[] = []
  for (const { path, text } of sources) {
    if (/\.(test|test-suite|bench)\.ts$/.test(path) || path === 'index.ts') continue
    const room = roomOf(path)
    const rank = ROOMS.indexOf(room)
    if (rank < 0) faults.push(`${path}: "${room}" is no room of the list`)
    for (const [, specifier] of text.matchAll(/(?:\bfrom|\bimport|\bimport\()\s*['"](\.[^'"]+)['"]/g)) {
      const target = posix.join(posix.dirname(path), specifier!)
      if (target.startsWith('../')) {
        faults.push(`${path} imports ${specifier} from outside src/`)
        continue
      }
      if (ROOMS.indexOf(roomOf(target)) > rank)
        faults.push(`${path} imports ${target}: ${roomOf(target)} is above ${room}`)
    }
    let code = text.replace(/^\s*(?:\/\/|\*|\/\*).*$/gm, '')
    // A function of its own by that name is not the network's.
    if (/\bfunction fetch\(/.test(code)) code = code.replaceAll('fetch(', '')
    for (const { pattern, rooms, why } of RESTRICTED)
      if (pattern.test(code) && !rooms.includes(room)) faults.push(`${path} ${why}`)
  }
  return faults
}

function roomOf(path: string): string {
  return path.split('/')[0]!.replace(/\.ts$/, '')
}

function readSources(): Source[] {
  const root = import.meta.dirname
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => ({ path: path.split('\\').join('/'), text: readFileSync(join(root, path), 'utf8') }))
}

describe('layers', () => {
  test('rooms import only rooms above them, and keep to their means', () => {
    expect(layerFaults(readSources())).toEqual([])
  })

  test.each([
    [
      'units/hex.ts',
      "import { x } from '../trace/flow.ts'",
      'units/hex.ts imports trace/flow.ts: trace is above units',
    ],
    [
      'chain/a.ts',
      "export * from '../label/label.ts'",
      'chain/a.ts imports label/label.ts: label is above chain',
    ],
    ['trace/a.ts', "await import('../cli/main.ts')", 'trace/a.ts imports cli/main.ts: cli is above trace'],
    ['trace/a.ts', "import '../../bench/run.ts'", 'trace/a.ts imports ../../bench/run.ts from outside src/'],
    ['magic/a.ts', '', 'magic/a.ts: "magic" is no room of the list'],
    ['report/a.ts', "import https from 'node:https'", 'report/a.ts reaches for the network'],
    ['trace/a.ts', "const page = await fetch('http://a')", 'trace/a.ts reaches for the network'],
    ['ledger/a.ts', 'if (bad) process.exit(1)', 'ledger/a.ts ends the process'],
    ['trace/a.ts', "import { DatabaseSync } from 'node:sqlite'", 'trace/a.ts opens a database itself'],
  ])('finds what is planted in %s: %s', (path, text, fault) => {
    expect(layerFaults([{ path, text }])).toEqual([fault])
  })

  test('lets alone what is allowed', () => {
    const text =
      "import { x } from '../units/hex.ts'\n// process.exit is for the command line\nimport './b.ts'"
    expect(layerFaults([{ path: 'trace/a.ts', text }])).toEqual([])
    expect(layerFaults([{ path: 'units/a.test.ts', text: "import '../cli/main.ts'" }])).toEqual([])
    expect(
      layerFaults([{ path: 'trace/a.ts', text: 'fetch(ledger)\nfunction fetch(ledger: Ledger) {}' }]),
    ).toEqual([])
    expect(layerFaults([{ path: 'store/a.ts', text: "import { DatabaseSync } from 'node:sqlite'" }])).toEqual(
      [],
    )
  })
})
