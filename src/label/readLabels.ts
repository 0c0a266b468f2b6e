/**
 * Any label file, recognised by what is in it. The layouts are in docs/formats/labels.md.
 * @module
 */
import { LabelFileError } from './labelFileError.ts'
import { readCsv } from './readCsv.ts'
import { readJson } from './readJson.ts'
import { readTagPack } from './readTagPack.ts'
import { readYaml } from './readYaml.ts'
import type { LabelFile, LabelOptions } from './statement.ts'

/** The largest list in public use (Etherscan's labels) is 2.5 MB. */
export const MAX_LABEL_BYTES: number = 32 << 20

/**
 * The statements of a file, addresses still unchecked.
 *
 * @param file — name without folders
 * @throws {LabelFileError} where it is too big, no text, broken, of no known layout, or says nothing of addresses
 */
export function readLabels(bytes: Uint8Array, file: string, options: LabelOptions = {}): LabelFile {
  if (bytes.length > MAX_LABEL_BYTES) {
    throw new LabelFileError('LABEL_TOO_BIG', file, `more than ${MAX_LABEL_BYTES} bytes`)
  }
  const text = decode(bytes, file)
  const head = text.slice(0, 4096).trimStart()
  if (head === '') throw new LabelFileError('LABEL_UNKNOWN_LAYOUT', file, 'empty')
  if (head.startsWith('<')) {
    throw new LabelFileError(
      'LABEL_NO_ADDRESSES',
      file,
      'XML: the UN list and its like carry no wallet addresses',
    )
  }
  if (head.startsWith('{') || head.startsWith('[')) return readJson(text, file, options)
  // The first line that is not a comment: `key: value`, a directive or `---` is YAML.
  const line = /^(?!\s*(?:#|$)).*/m.exec(head)?.[0] ?? ''
  return /^(?:%YAML|---|[A-Za-z_]+[ \t]*:(?:\s|$))/.test(line)
    ? readTagPack(readYaml(text, file), file)
    : readCsv(text, file)
}

function decode(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new LabelFileError('LABEL_NOT_TEXT', file, 'not UTF-8 text')
  }
}
