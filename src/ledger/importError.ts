import { LootlineError } from '../errors.ts'

/** A second import into the same memory ledger; between processes the store's lock says the same. */
export class ImportBusyError extends LootlineError<{ readonly code: 'STORE_BUSY'; readonly name: string }> {
  override readonly name = 'ImportBusyError'
  constructor(data: { readonly code: 'STORE_BUSY'; readonly name: string }) {
    super(data, `the ledger is importing ${data.name}`, 'Commit or abort that import first.')
  }
}

/** Use of a session after its commit, its abort, or the ledger's close. */
export class SessionEndedError extends LootlineError<{
  readonly code: 'LEDGER_SESSION_ENDED'
  readonly name: string
}> {
  override readonly name = 'SessionEndedError'
  constructor(data: { readonly code: 'LEDGER_SESSION_ENDED'; readonly name: string }) {
    super(data, `the import of ${data.name} has ended`, 'Begin it again with beginImport.')
  }
}
