/**
 * Files that hold bytes plainly, as hex digits, or packed by zstd (RFC 8878), told apart by what they begin with.
 * @module
 */
import { readFileSync } from 'node:fs'
import { zstdDecompressSync } from 'node:zlib'
import { BlockFileError, io } from './fileError.ts'

export type Packing = 'plain' | 'hex' | 'zstd'

/** Bytes that {@link packingOf} wants to see. */
export const PACKING_BYTES = 160
/** Magic number of a frame (RFC 8878, 3.1.1), as it lies in a file. */
const ZSTD_MAGIC = Buffer.of(0x28, 0xb5, 0x2f, 0xfd)
/** A header of a block as text: its previous block's hash would have to be digits, so no raw block is taken for hex. */
const HEX = /^[0-9a-fA-F]{160}$/

/** @param start the first {@link PACKING_BYTES} bytes of a file, or all of a shorter one */
export function packingOf(start: Uint8Array): Packing {
  const bytes = Buffer.from(start.buffer, start.byteOffset, start.length)
  if (bytes.subarray(0, 4).equals(ZSTD_MAGIC)) return 'zstd'
  return HEX.test(bytes.toString('latin1')) ? 'hex' : 'plain'
}

/**
 * All bytes of a file, unpacked. Of zstd the first frame is read. Memory: the file and at most `limit` bytes, however much
 * the file would grow to.
 *
 * @throws {BlockFileError} where they are more than `limit`, or are not what the file began as
 */
export function unpack(path: string, packing: Packing, size: number, limit: number): Uint8Array<ArrayBuffer> {
  const tooLong = (): BlockFileError =>
    new BlockFileError(
      path,
      `is too long: more than ${limit} bytes`,
      'Give a block file (blk*.dat), a file with one block, or a list of what one block spends.',
    )
  // Hex text may end in a line.
  if (size > (packing === 'hex' ? 2 * limit + 2 : limit)) throw tooLong()
  const bytes = io(path, () => readFileSync(path))
  if (packing === 'plain') return new Uint8Array(bytes)
  if (packing === 'hex') return digits(path, bytes, limit)
  try {
    return new Uint8Array(zstdDecompressSync(bytes, { maxOutputLength: limit }))
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLong()
    const reason = error instanceof Error ? error.message : String(error)
    throw new BlockFileError(path, `is no whole zstd file: ${reason}`, 'Fetch the file again.', error)
  }
}

function digits(path: string, text: Buffer, limit: number): Uint8Array<ArrayBuffer> {
  const end = text.toString('latin1').trimEnd().length
  const fail = (reason: string): BlockFileError =>
    new BlockFileError(path, reason, 'Write the block as hex digits, two a byte, and nothing else.')
  // Node stops at the first pair that is none.
  const bytes = Buffer.from(text.toString('latin1', 0, end), 'hex')
  if (2 * bytes.length !== end) throw fail(`is not hex from byte ${2 * bytes.length} on`)
  if (bytes.length > limit) throw fail(`is longer than ${limit} bytes`)
  return new Uint8Array(bytes)
}
