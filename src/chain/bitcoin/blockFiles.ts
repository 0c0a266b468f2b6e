/**
 * The files a node keeps its blocks in, read by offset: `blk*.dat` beside `rev*.dat` in a folder, XORed with `xor.dat` where
 * there is one (Bitcoin Core 28 and later, docs/files.md there), or files that hold one block each, raw or as hex.
 * @module
 */
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { LootlineError } from '../../errors.ts'
import { fromHex } from '../../units/hex.ts'
import { printable } from '../../units/text.ts'
import type { BlockPlace } from './blockError.ts'

/**
 * No block is longer: it is the size of a whole block file (Bitcoin Core, `MAX_BLOCKFILE_SIZE`, src/node/blockstorage.h).
 * Consensus allows 4 MB (BIP-141) and, on Bitcoin Cash, 32 MB and what its algorithm adds (CHIP-2023-04).
 */
export const MAX_BLOCK_BYTES: number = 128 * 2 ** 20
/** Files held open at a time: the chain's order jumps between few. */
const OPEN_FILES = 16

/** Block files of one folder, or one file. Holds open files: close it. */
export interface BlockFiles {
  /** Paths in the order of their numbers. Grows with {@link BlockFiles.refresh}. */
  readonly paths: readonly string[]
  /** `blocks`: records of magic, length, block. `block`: one block and nothing else. */
  readonly kind: 'blocks' | 'block'
  /** Looks for new files. Those that are gone, as a node that prunes removes them, keep their numbers. */
  refresh(): void
  /** Bytes in a file now; 0 where it is gone. */
  size(file: number): number
  /**
   * Fills `into` from an offset (any below 2^53), XOR undone. Returns how many bytes there were.
   * @throws {BlockFileError} where the file cannot be read
   */
  read(file: number, offset: number, into: Uint8Array): number
  /** Whether bytes read at an offset are space that a node has reserved: zeros on disk, hence the key where there is one. */
  isPadding(offset: number, bytes: Uint8Array): boolean
  /** The rev file of the same number; undefined where there is none. */
  undo(file: number): UndoFile | undefined
  /** For errors. */
  place(file: number, offset: number): BlockPlace
  close(): void
}

/** A file of undo data: records of magic, length, undo data, checksum. */
export interface UndoFile {
  readonly path: string
  /** Bytes in it now. */
  size(): number
  read(offset: number, into: Uint8Array): number
}

/**
 * Opens the block files at a path: a folder with `blk*.dat`, one such file, or one block (raw or hex, known by content).
 * @throws {BlockFileError} where there are none, or `xor.dat` is not a key
 */
export function openBlockFiles(path: string, magics: readonly Uint8Array[]): BlockFiles {
  const folder = io(path, () => statSync(path)).isDirectory()
  let paths = folder ? listBlockFiles(path) : [path]
  if (paths.length === 0) {
    throw new BlockFileError(
      path,
      'holds no blk*.dat',
      'Give the folder "blocks" of the node, or a single file.',
    )
  }
  const key = readKey(folder ? path : dirname(path))
  const open = new Map<string, number>()
  const descriptor = (file: string): number => {
    const known = open.get(file)
    if (known !== undefined) return known
    const fd = io(file, () => openSync(file, 'r'))
    for (const [oldest, other] of open) {
      if (open.size < OPEN_FILES) break
      closeSync(other)
      open.delete(oldest)
    }
    open.set(file, fd)
    return fd
  }
  const readAt = (file: string, offset: number, into: Uint8Array): number => {
    const fd = descriptor(file)
    let done = 0
    while (done < into.length) {
      const got = io(file, () => readSync(fd, into, done, into.length - done, offset + done))
      if (got === 0) break
      done += got
    }
    if (key !== undefined) unmask(into, done, key, offset)
    return done
  }
  const sizeOf = (file: string): number =>
    io(file, () => statSync(file, { throwIfNoEntry: false }))?.size ?? 0
  const single = folder ? undefined : readSingle(path, magics, readAt, sizeOf)
  return {
    get paths() {
      return paths
    },
    kind: single === undefined ? 'blocks' : 'block',
    refresh() {
      if (!folder) return
      const known = new Set(paths)
      paths = [...paths, ...listBlockFiles(path).filter((each) => !known.has(each))]
    },
    size: (file) => single?.length ?? sizeOf(paths[file]!),
    read(file, offset, into) {
      if (single === undefined) return readAt(paths[file]!, offset, into)
      const part = single.subarray(offset, offset + into.length)
      into.set(part)
      return part.length
    },
    isPadding: (offset, bytes) =>
      bytes.every((byte, i) => byte === (key === undefined ? 0 : key[(offset + i) % 8])),
    undo(file) {
      const undoPath = join(dirname(paths[file]!), basename(paths[file]!).replace(/^blk/, 'rev'))
      if (undoPath === paths[file] || statSync(undoPath, { throwIfNoEntry: false }) === undefined)
        return undefined
      return {
        path: undoPath,
        size: () => sizeOf(undoPath),
        read: (offset, into) => readAt(undoPath, offset, into),
      }
    },
    place: (file, offset) => ({ file: paths[file]!, offset }),
    close() {
      for (const fd of open.values()) closeSync(fd)
      open.clear()
    },
  }
}

/** `blk00000.dat` and on, by number: with six digits the order of names is not the order of numbers. */
function listBlockFiles(folder: string): string[] {
  return io(folder, () => readdirSync(folder))
    .flatMap((name) => {
      const number = /^blk(\d{5,9})\.dat$/.exec(name)?.[1]
      return number === undefined ? [] : [{ name, number: Number(number) }]
    })
    .sort((a, b) => a.number - b.number)
    .map(({ name }) => join(folder, name))
}

/** The 8 bytes of `xor.dat`; undefined where there is no such file, or it is all zeros. */
function readKey(folder: string): Uint8Array | undefined {
  const path = join(folder, 'xor.dat')
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return undefined
  if (stat.size !== 8) {
    throw new BlockFileError(
      path,
      `is not a key of 8 bytes but ${stat.size} long`,
      'Copy it again from the node.',
    )
  }
  const key = io(path, () => readFileSync(path))
  return key.every((byte) => byte === 0) ? undefined : new Uint8Array(key)
}

/** Undoes the XOR of `bytes[0, length)`, read at a file offset: byte i of a file meets byte i mod 8 of the key. */
export function unmask(bytes: Uint8Array, length: number, key: Uint8Array, offset: number): void {
  const turned = Uint8Array.from(key, (_, i) => key[(offset + i) % 8]!)
  let at = 0
  if (bytes.byteOffset % 4 === 0) {
    // Words: 8 times the speed of bytes, and blocks come by the hundred gigabytes.
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, (length >>> 3) * 2)
    const [even, odd] = new Uint32Array(turned.buffer)
    for (let i = 0; i < words.length; i += 2) {
      words[i]! ^= even!
      words[i + 1]! ^= odd!
    }
    at = words.length * 4
  }
  for (; at < length; at++) bytes[at]! ^= turned[at % 8]!
}

/** The block of a file that holds nothing else; undefined where the file is one of records, as its first bytes say. */
function readSingle(
  path: string,
  magics: readonly Uint8Array[],
  readAt: (file: string, offset: number, into: Uint8Array) => number,
  sizeOf: (file: string) => number,
): Uint8Array | undefined {
  const first = new Uint8Array(4)
  readAt(path, 0, first)
  if (
    /^blk\d+\.dat$/.test(basename(path)) ||
    magics.some((magic) => magic.every((byte, i) => byte === first[i]))
  ) {
    return undefined
  }
  const start = Buffer.alloc(160)
  readAt(path, 0, start)
  // The previous block's hash would have to be text: no raw block is taken for hex.
  const isHex = /^[0-9a-fA-F]{160}$/.test(start.toString('latin1'))
  const size = sizeOf(path)
  if (size > (isHex ? 2 : 1) * MAX_BLOCK_BYTES) {
    throw new BlockFileError(
      path,
      `is too long for one block: ${size} bytes`,
      'Give a block file or a single block.',
    )
  }
  const bytes = io(path, () => readFileSync(path))
  return isHex ? fromHex(bytes.toString('latin1').trimEnd(), MAX_BLOCK_BYTES) : new Uint8Array(bytes)
}

/** What the system refuses, as an error of ours. */
function io<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    const code = (error as { code?: unknown }).code
    if (typeof code !== 'string') throw error
    throw new BlockFileError(
      path,
      `cannot be read (${code})`,
      'Check the path, its permissions and the disk.',
      error,
    )
  }
}

/** A file or folder that cannot be read as block files. */
export class BlockFileError extends LootlineError<{
  readonly code: 'BITCOIN_BAD_FILE'
  readonly file: string
  readonly reason: string
}> {
  override readonly name = 'BlockFileError'
  constructor(path: string, reason: string, next: string, cause?: unknown) {
    const file = printable(path, 200)
    super({ code: 'BITCOIN_BAD_FILE', file, reason }, `${file} ${reason}.`, next, { cause })
  }
}
