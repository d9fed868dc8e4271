import { cleanUp, exitOnSignals } from './process.js'

/** A failure that the reader can act on: printed as it is, without a stack trace. */
export class SetupError extends Error {}

/**
 * Runs a script's main function and turns what it throws into readable lines and exit code 1.
 * @param {() => Promise<void>} main
 */
export async function runMain(main) {
  exitOnSignals()
  try {
    await main()
  } catch (error) {
    cleanUp()
    process.stderr.write(`${describe(error)}\n`)
    process.exit(1)
  }
}

/** @param {unknown} error */
function describe(error) {
  if (error instanceof SetupError) return error.message
  if (error instanceof Error && 'path' in error && 'code' in error) {
    if (error.code === 'EACCES' || error.code === 'EPERM' || error.code === 'EROFS') {
      return `The set-up may not write to ${error.path} (${error.code}). Run it as the owner of that folder, or change its owner.`
    }
    if (error.code === 'ENOSPC') return `The disk is full: ${error.path} could not be written.`
  }
  return error instanceof Error && error.stack ? error.stack : String(error)
}
