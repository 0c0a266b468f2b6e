/**
 * The failures of reading a price file.
 * @module
 */
import { LootlineError } from '../errors.ts'
import { printable } from '../units/text.ts'

type BadPriceFile = {
  readonly code:
    | 'PRICE_TOO_BIG'
    | 'PRICE_NOT_TEXT'
    | 'PRICE_BAD_FILE'
    | 'PRICE_UNKNOWN_LAYOUT'
    | 'PRICE_NO_SYMBOL'
    | 'PRICE_AMBIGUOUS_DATES'
  readonly file: string
  readonly what: string
}

const NEXT: Record<BadPriceFile['code'], string> = {
  PRICE_TOO_BIG: 'Split the file.',
  PRICE_NOT_TEXT: 'Save it as UTF-8 text.',
  PRICE_BAD_FILE: 'Mend the file at the place named and add it again.',
  PRICE_UNKNOWN_LAYOUT:
    'Give it one of the layouts in docs/formats/prices.md; a CSV with "date,close" is enough. Transactions go to lootline import, labels to lootline labels add.',
  PRICE_NO_SYMBOL: 'Say the symbol, or name the file as its publisher does ("BTC-USD_….csv").',
  PRICE_AMBIGUOUS_DATES: 'Write the dates as YYYY-MM-DD.',
}

/**
 * A file that gives no prices we can place.
 *
 * @example throw new PriceFileError('PRICE_NO_SYMBOL', 'prices.csv', 'neither column nor name gives a symbol')
 */
export class PriceFileError extends LootlineError<BadPriceFile> {
  override readonly name = 'PriceFileError'
  constructor(code: BadPriceFile['code'], file: string, what: string) {
    const said = printable(what, 200)
    super({ code, file, what: said }, `${printable(file, 100)}: ${said}.`, NEXT[code])
  }
}
