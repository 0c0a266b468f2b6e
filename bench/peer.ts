/**
 * Finds what the benchmarks compare with; `bench/README.md` says how to install it. What is not there is skipped.
 * @module
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const PEERS = join(import.meta.dirname, 'peers')

/** A package of `bench/peers`, by the file of it that is wanted. Null where it is not installed. */
export async function loadPeer<T>(
  name: string,
  file: string = name,
): Promise<{ readonly module: T; readonly version: string } | null> {
  if (!existsSync(join(PEERS, 'node_modules', name))) return null
  const path = createRequire(join(PEERS, 'package.json')).resolve(file)
  return { module: (await import(pathToFileURL(path).href)) as T, version: versionOf(PEERS, name) }
}

/** Version of a package that is installed for a folder. */
export function versionOf(folder: string, name: string): string {
  const text = readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

/** A Python that has a module: the one on PATH, else Debian's own. Null where neither has. */
export function findPython(module: string): { readonly command: string; readonly version: string } | null {
  for (const command of ['python3', '/usr/bin/python3']) {
    const script = `import ${module}; print(${module}.__version__)`
    const { status, stdout } = spawnSync(command, ['-c', script], { encoding: 'utf8' })
    if (status === 0) return { command, version: stdout.trim() }
  }
  return null
}
