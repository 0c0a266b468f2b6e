#!/usr/bin/env node
// Starts the command line: from src/ in a checkout (so that a stale build is never run), from dist/ in the published package.
import { existsSync } from 'node:fs'

if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(
    `lootline needs Node 24 or newer; this is Node ${process.versions.node} (${process.execPath}).\n` +
      'next: install Node 24, or in a checkout run "npm ci" and then "npx lootline", which bring it along.\n',
  )
  process.exitCode = 2
} else {
  const emitWarning = process.emitWarning
  process.emitWarning = (warning, ...rest) => {
    const sqlite = rest[0] === 'ExperimentalWarning' && String(warning).startsWith('SQLite')
    if (!sqlite) Reflect.apply(emitWarning, process, [warning, ...rest])
  }
  const source = new URL('../src/cli/main.ts', import.meta.url)
  const built = new URL('../dist/cli/main.js', import.meta.url)
  const { main } = await import((existsSync(source) ? source : built).href)
  await main()
}
