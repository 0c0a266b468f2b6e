import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { LEDGER_FORMAT, STAGING_FORMAT } from './schema.ts'

test.each([
  ['ledger', LEDGER_FORMAT],
  ['staging', STAGING_FORMAT],
])('the tables of %s: a change needs a new version', (_name, format) => {
  const database = new DatabaseSync(':memory:')
  database.exec(format.schema)
  const lines = database
    .prepare('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name')
    .all()
    .map((row) => String(row['sql']).replace(/\s+/g, ' '))
  expect({ version: format.version, lines }).toMatchSnapshot()
  database.close()
})
