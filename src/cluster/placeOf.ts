import { NONE } from '../ledger/ledger.ts'

/** Place in an ascending list, NONE where it is not there. */
export function placeOf(list: Uint32Array, value: number): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (list[middle]! < value) low = middle + 1
    else high = middle
  }
  return list[low] === value ? low : NONE
}
