import { describe, expect, it } from 'vitest'
import { fromHex, toHex } from './hex.ts'

describe('fromHex', () => {
  it('reads either case, with or without 0x', () => {
    expect(fromHex('0x00fF')).toEqual(Uint8Array.of(0, 255))
    expect(fromHex('')).toEqual(new Uint8Array())
    expect(toHex(fromHex('DEADbeef'))).toBe('deadbeef')
  })

  it('refuses the rest', () => {
    expect(() => fromHex('0x0')).toThrow('odd number')
    expect(() => fromHex('zz')).toThrow('not all characters')
    expect(() => fromHex('0x0x')).toThrow('not all characters')
    expect(() => fromHex('00\n0')).toThrow('not all characters')
    expect(() => fromHex('001122', 2)).toThrow('longer than 2 bytes')
  })
})
