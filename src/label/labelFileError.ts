/**
 * The failures of reading a label file.
 * @module
 */
import { LootlineError } from '../errors.ts'
import { printable } from '../units/text.ts'

type BadLabelFile = {
  readonly code:
    | 'LABEL_TOO_BIG'
    | 'LABEL_NOT_TEXT'
    | 'LABEL_BAD_FILE'
    | 'LABEL_UNKNOWN_LAYOUT'
    | 'LABEL_NO_ADDRESSES'
  readonly file: string
  readonly what: string
}

const NEXT: Record<BadLabelFile['code'], string> = {
  LABEL_TOO_BIG: 'Split the file.',
  LABEL_NOT_TEXT: 'Save it as UTF-8 text.',
  LABEL_BAD_FILE: 'Mend the file at the place named and add it again.',
  LABEL_UNKNOWN_LAYOUT:
    'Give it one of the layouts in docs/formats/labels.md; a CSV with "address,name" is enough. Transactions go to lootline import, prices to lootline prices add.',
  LABEL_NO_ADDRESSES:
    'Leave it out: there is nothing in it to label an address with. Transactions go to lootline import, prices to lootline prices add.',
}

/**
 * A file that states nothing about addresses, or that cannot be read as any layout.
 *
 * @example throw new LabelFileError('LABEL_BAD_FILE', 'a.yaml', 'tag 3: not a mapping')
 */
export class LabelFileError extends LootlineError<BadLabelFile> {
  override readonly name = 'LabelFileError'
  constructor(code: BadLabelFile['code'], file: string, what: string) {
    const said = printable(what, 200)
    super({ code, file, what: said }, `${printable(file, 100)}: ${said}.`, NEXT[code])
  }
}
