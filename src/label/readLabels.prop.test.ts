import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LabelFileError } from './labelFileError.ts'
import { readLabels } from './readLabels.ts'
import { resolve } from './resolve.ts'

/** Reads or refuses; whatever is read can be resolved or rejected. */
function survives(text: string, file: string): void {
  const bytes = new TextEncoder().encode(text)
  try {
    for (const stated of readLabels(bytes, file).statements) {
      const result = resolve(stated, {})
      if ('reason' in result) expect(result.reason, text).not.toBe('')
      else expect(result.key, text).not.toBe('')
    }
  } catch (error) {
    expect(error, text).toBeInstanceOf(LabelFileError)
  }
}

const words = fc.constantFrom(
  'tags:',
  'actors:',
  '- address: ',
  'label: ',
  '&a ',
  '*a',
  '[',
  '{',
  '}',
  '"',
  "'",
  '|',
  '>',
  '\n',
  '  ',
  '- ',
  '? ',
  ': ',
  '# ',
  '!!binary ',
  '%YAML 1.1\n',
  '---\n',
  'address,name\n',
  ',Address,Name Tag\n',
  'address,entity,source\n',
  '1,2,',
  ',',
  '{"metadata":{},"addresses":{"a":',
  '{"source":[],"target":[',
  '{"entities":[',
  '[[',
  '__proto__',
  '0x28c6c06298d514db089934071355e5743bf21d60',
  '\u202e',
  '\0',
)
const files = fc.constantFrom('x.yaml', 'sanctioned_addresses_XBT.json', 'tornado-cash.csv')

describe('readLabels', () => {
  test('any text is read or refused', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), files, survives), {
      seed: 20_260_823,
      numRuns: 1500,
    })
  })

  test('any text of the layouts’ own words is read or refused', () => {
    const texts = fc.array(words, { maxLength: 40 }).map((parts) => parts.join(''))
    fc.assert(fc.property(texts, files, survives), { seed: 20_260_824, numRuns: 3000 })
  })

  test('any JSON is read or refused', () => {
    const json = fc.oneof(
      fc.json({ maxDepth: 6 }),
      fc.record({ metadata: fc.object(), addresses: fc.object() }).map((root) => JSON.stringify(root)),
      fc
        .dictionary(fc.string(), fc.record({ labels: fc.array(fc.anything()), name: fc.anything() }))
        .map(
          (root) =>
            JSON.stringify(root, (_key, value: unknown) => (typeof value === 'bigint' ? 0 : value)) ?? '',
        ),
    )
    fc.assert(fc.property(json, files, survives), { seed: 20_260_825, numRuns: 1500 })
  })

  test('nesting and length do not bring it down', () => {
    for (const unit of [
      '[',
      '{"a":',
      '{"addresses":{"a":[',
      '- ',
      '? ',
      '"',
      ',',
      'a,',
      '&a ',
      '!a ',
      "''",
    ]) {
      survives(unit.repeat(10_000), 'x')
      survives(`tags: ${unit.repeat(10_000)}`, 'x')
    }
    survives(`tags:\n- {address: "${'a'.repeat(500_000)}", label: b}`, 'x')
  })
})
