import { createHash } from 'node:crypto'
import { openFile } from './readText.ts'

/** SHA-256 of a file, hex, read in pieces. @throws BadFileError where there is no such file. */
export async function hashFile(path: string): Promise<string> {
  const handle = await openFile(path)
  const hash = createHash('sha256')
  for await (const chunk of handle.createReadStream()) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
