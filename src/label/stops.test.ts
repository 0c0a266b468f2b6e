import { describe, expect, test } from 'vitest'
import { confidenceOf, isConfidence } from './ladder.ts'
import { decidingCategory, isSwapService, stopOf, type TagType } from './stops.ts'

const grounds = { category: null, abuse: null, tagType: 'actor' as TagType, name: 'x' }

describe('isSwapService', () => {
  test.each([
    'ShapeShift 2',
    'Changelly',
    'ChangeNOW',
    'sideshift.ai',
    'Side Shift',
    'FixedFloat 1',
    'simpleswap',
  ])('%s', (name) => expect(isSwapService(name)).toBe(true))
  test.each(['Kraken', 'changellyli.com', 'Exchange', 'my sideshifter', 'Uniswap V2: Router', ''])(
    'not %j',
    (name) => expect(isSwapService(name)).toBe(false),
  )
})

describe('stopOf', () => {
  test.each([
    ['exchange', 'service'],
    ['hosted_wallet', 'service'],
    ['gambling', 'service'],
    ['defi_lending', 'service'],
    ['mixing_service', 'mixer'],
    ['coinjoin', 'mixer'],
    ['defi_bridge', 'bridge'],
    ['sanction', 'sanctioned'],
    ['user', null],
    ['perpetrator', null],
    ['organization', null],
    ['donation', null],
    ['black_list', null],
    ['a word nobody defined', null],
  ])('%s is %s', (category, stop) => {
    expect(stopOf({ ...grounds, category })).toBe(stop)
  })

  test('crimes are followed, sanctions are not', () => {
    expect(stopOf({ ...grounds, abuse: 'ransomware' })).toBeNull()
    expect(stopOf({ ...grounds, category: 'exchange', abuse: 'sanction' })).toBe('sanctioned')
  })

  test('a pack that repeats the OFAC list is known by its label', () => {
    const name = 'Asset listed under US Treasury OFAC Sanctions List'
    expect(stopOf({ ...grounds, category: 'user', name })).toBe('sanctioned')
  })

  test.each(['event', 'attribute', 'mention'] as const)('%s tags name no owner', (tagType) => {
    expect(stopOf({ ...grounds, category: 'exchange', tagType })).toBeNull()
  })
})

describe('decidingCategory', () => {
  test('the gravest stop decides, then the plainer service', () => {
    expect(decidingCategory(['organization', 'defi_dex', 'exchange'])).toBe('exchange')
    expect(decidingCategory(['exchange', 'sanction'])).toBe('sanction')
    expect(decidingCategory(['organization', 'user'])).toBe('organization')
    expect(decidingCategory([])).toBeNull()
  })
})

describe('confidenceOf', () => {
  test('ids off the ladder are unknown', () => {
    expect(confidenceOf('service_data')).toEqual({ id: 'service_data', level: 50 })
    expect(confidenceOf('authority_data')).toEqual({ id: 'authority_data', level: 60 })
    expect(confidenceOf('certain!')).toEqual({ id: 'unknown', level: 5 })
    expect(confidenceOf(null)).toEqual({ id: 'unknown', level: 5 })
    expect(isConfidence('certain!')).toBe(false)
  })
})
