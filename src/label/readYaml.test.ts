import { describe, expect, test } from 'vitest'
import { LabelFileError } from './labelFileError.ts'
import { readYaml } from './readYaml.ts'

const read = (text: string): unknown => readYaml(text, 'x.yaml')

/** Ten aliases of ten aliases …: 10^9 values in 200 characters. */
const BOMB = `a: &a [x,x,x,x,x,x,x,x,x,x]
b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]
c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]
d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]
e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]
f: [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]
`

describe('readYaml', () => {
  test('maps, lists, anchors and a 1.1 header', () => {
    const text = `%YAML 1.1\n---\na: &x 2021-11-04\nb: [1, *x, true]\n`
    const root = read(text) as Map<string, unknown>
    expect(String(root.get('a'))).toMatch(/^2021-11-04/)
    expect(root.get('b')).toEqual([1, root.get('a'), true])
  })

  test('an address without quotes, which YAML takes for a number, keeps its digits', () => {
    const root = read('a: 0x00000000219ab540356cbb839cbe05303d7705fa\nb: 7\nc: .inf\n') as Map<
      string,
      unknown
    >
    expect([...root.values()]).toEqual(['0x00000000219ab540356cbb839cbe05303d7705fa', 7, '.inf'])
  })

  test.each([
    ['an alias bomb', BOMB, /aliases repeat/],
    ['an alias of itself', 'a: &a [*a]', /aliases/],
    ['an alias without an anchor', 'a: *b', /alias|anchor/i],
    ['flow nesting that aborts the parser', '['.repeat(20_000), /nested deeper/],
    ['block nesting that aborts the parser', `${'- '.repeat(20_000)}a`, /nested deeper/],
    ['a repeated key', 'a: 1\nb: 2\na: 3\n', /line 3: key "a" is given twice/],
    ['two documents', 'a: 1\n---\nb: 2\n', /more than one document/],
    ['a syntax error', 'a: [1\nb: }', /line \d/],
    ['too much', 'x'.repeat((8 << 20) + 1), /at most 8388608/],
    ['too many small things', '- a\n'.repeat(500_000), /more than 1000000 lexemes/],
  ])('refuses %s', (_name, text, message) => {
    expect(() => read(text)).toThrow(
      expect.toSatisfy((error) => error instanceof LabelFileError && message.test(error.message)),
    )
  })

  test('30,000 keys are read without comparing each with each', () => {
    const keys = Array.from({ length: 30_000 }, (_, i) => `k${i}: v`)
    expect((read(keys.join('\n')) as Map<string, unknown>).size).toBe(30_000)
  })
})
