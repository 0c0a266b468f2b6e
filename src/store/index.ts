export {
  type DatabaseFormat,
  ForeignDatabaseError,
  inTransaction,
  integer,
  openDatabase,
} from './database.ts'
export { StoreLockedError, takeWriteLock, type WriteLock, withWriteLock } from './lock.ts'
export { makeFolder } from './makeFolder.ts'
export { StoreProblemError, wrapSqlite } from './sqliteError.ts'
export { createStore, locateStore, openStore, type Store, StoreFolderError } from './store.ts'
