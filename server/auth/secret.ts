import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { StartError } from '../lib/StartError.ts'

const BYTES = 32

/**
 * The secrets that sign tokens: those of the settings, else the one in the data folder, which is made there on the first
 * start, readable by the owner alone. More lines in the file are older secrets that still verify.
 *
 * @throws StartError when the folder cannot be used
 */
export async function loadSecrets(dataDir: string, configured: readonly string[] = []): Promise<Uint8Array[]> {
  const file = join(dataDir, 'secret')
  try {
    await makeFolder(resolve(dataDir))
    if (configured.length > 0) return configured.map((secret) => Buffer.from(secret))
    const secret = await createSecret(file)
    return secret ? [secret] : await readSecrets(file)
  } catch (error) {
    if (error instanceof StartError) throw error
    throw new StartError([`DATA_DIR=${dataDir}: ${(error as Error).message}`])
  }
}

/** Not `recursive`: on a path that can never be made, such as one below /proc, that tries for ever. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return
    if (code !== 'ENOENT' || dirname(folder) === folder) throw error
    await makeFolder(dirname(folder))
    await mkdir(folder)
  }
}

/** @returns undefined when there is one already: `wx` decides between two processes that start at once */
async function createSecret(file: string): Promise<Uint8Array | undefined> {
  try {
    const handle = await open(file, 'wx', 0o600)
    try {
      const secret = randomBytes(BYTES)
      await handle.writeFile(secret.toString('hex'))
      await handle.sync()
      return secret
    } finally {
      await handle.close()
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined
    throw error
  }
}

async function readSecrets(file: string): Promise<Uint8Array[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line.trim() !== '')
  if (lines.length === 0 || !lines.every((line) => /^[0-9a-f]{64,}$/.test(line.trim())))
    throw new StartError([`${file}: not a secret; remove it and a new one is made`])
  return lines.map((line) => Buffer.from(line.trim(), 'hex'))
}
