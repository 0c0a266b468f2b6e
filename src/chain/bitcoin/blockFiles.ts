/**
 * The files a node keeps its blocks in, read by offset: `blk*.dat` beside `rev*.dat` in a folder, XORed with `xor.dat` where
 * there is one (Bitcoin Core 28 and later, docs/files.md there), or files that hold one block each: raw, hex or zstd.
 * @module
 */
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { BlockPlace } from './blockError.ts'
import { BlockFileError, io } from './fileError.ts'
import { PACKING_BYTES, type Packing, packingOf, unpack } from './packedFile.ts'

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
  /**
   * True where the files are whatever lies in a folder without `blk*.dat`: some may hold no block. Each is then
   * a file of its own kind.
   */
  readonly loose: boolean
  /** Files in the folder that are not looked into: those beside `blk*.dat`, and a node's others where these are missing. */
  readonly others: number
  /** `blocks`: records of magic, length, block. `block`: one block and nothing else, if it is one. */
  kind(file: number): 'blocks' | 'block'
  /** Looks for new files. Those that are gone, as a node that prunes removes them, keep their numbers. */
  refresh(): void
  /** Bytes in a file now, unpacked; 0 where it is gone. */
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
 * Opens the block files at a path: a folder with `blk*.dat`; a folder without, of which all files are taken; or one file,
 * with many blocks or one. Packed files (hex, zstd) are unpacked whole, one at a time.
 *
 * @throws {BlockFileError} where there are none, or `xor.dat` is not a key
 */
export function openBlockFiles(path: string, magics: readonly Uint8Array[]): BlockFiles {
  const folder = io(path, () => statSync(path)).isDirectory()
  let paths = folder ? listBlockFiles(path) : [path]
  const loose = paths.length === 0
  if (loose) paths = listFiles(path).filter((file) => !isOfNode(file))
  if (paths.length === 0) {
    throw new BlockFileError(
      path,
      'holds no blk*.dat and no other file',
      'Give the folder "blocks" of the node, or a file.',
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
    if (key !== undefined && isOfNode(file)) unmask(into, done, key, offset)
    return done
  }
  const sizeOf = (file: string): number =>
    io(file, () => statSync(file, { throwIfNoEntry: false }))?.size ?? 0
  const packings = new Map<string, Packing>()
  const packingAt = (file: string): Packing => {
    if (isOfNode(file)) return 'plain'
    const known = packings.get(file)
    if (known !== undefined) return known
    const start = new Uint8Array(PACKING_BYTES)
    const packing = packingOf(start.subarray(0, readAt(file, 0, start)))
    packings.set(file, packing)
    return packing
  }
  let unpacked = { file: '', bytes: new Uint8Array(0) }
  /** What a packed file holds; undefined where it is not packed. */
  const contentOf = (file: string): Uint8Array | undefined => {
    const packing = packingAt(file)
    if (packing === 'plain') return undefined
    if (unpacked.file !== file)
      unpacked = { file, bytes: unpack(file, packing, sizeOf(file), MAX_BLOCK_BYTES) }
    return unpacked.bytes
  }
  const read = (file: string, offset: number, into: Uint8Array): number => {
    const content = contentOf(file)
    if (content === undefined) return readAt(file, offset, into)
    const part = content.subarray(offset, offset + into.length)
    into.set(part)
    return part.length
  }
  return {
    get paths() {
      return paths
    },
    loose,
    get others() {
      return folder ? listFiles(path).filter((file) => isOfNode(file) === loose).length : 0
    },
    kind(file) {
      if (isOfNode(paths[file]!)) return 'blocks'
      const first = new Uint8Array(4)
      read(paths[file]!, 0, first)
      return magics.some((magic) => magic.every((byte, i) => byte === first[i])) ? 'blocks' : 'block'
    },
    refresh() {
      if (!folder) return
      const known = new Set(paths)
      const found = loose ? listFiles(path).filter((file) => !isOfNode(file)) : listBlockFiles(path)
      paths = [...paths, ...found.filter((each) => !known.has(each))]
    },
    size(file) {
      const size = sizeOf(paths[file]!)
      return size === 0 ? 0 : (contentOf(paths[file]!)?.length ?? size)
    },
    read: (file, offset, into) => read(paths[file]!, offset, into),
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

/** All files of a folder, by name. */
function listFiles(folder: string): string[] {
  return io(folder, () => readdirSync(folder, { withFileTypes: true }))
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map(({ name }) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true)
    .sort()
}

/** Whether a file has the name of one that a node writes: those are XORed with the key, and never packed. */
function isOfNode(path: string): boolean {
  return /^((blk|rev)\d{5,9}|xor)\.dat$/.test(basename(path))
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
