/** Table `source` of `live.sqlite`: `docs/formats/sources.md`. No column ever holds a secret. */
export const SOURCE_SCHEMA: string = `
CREATE TABLE source(
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, url TEXT NOT NULL, chain TEXT NOT NULL,
  added INTEGER NOT NULL, secrets TEXT NOT NULL, insecure INTEGER NOT NULL,
  per_second REAL, concurrency INTEGER, timeout_ms INTEGER
) STRICT;
`
