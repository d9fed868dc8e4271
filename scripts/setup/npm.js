import { SetupError } from './errors.js'
import { run } from './process.js'

/**
 * Runs npm and returns when it has succeeded.
 * @param {string[]} args
 * @param {string} cwd
 */
export async function npm(args, cwd) {
  const result = await run('npm', [...args, '--no-audit', '--no-fund', '--no-progress'], { cwd })
  if (result.code === 127)
    throw new SetupError('The set-up needs npm, which is not on the PATH: install it beside Node.')
  if (result.code !== 0)
    throw new SetupError(`npm ${args.join(' ')} failed:\n${reasonOf(result.stderr) || result.tail}`)
}

/**
 * npm tells the reason first, then how to use it and where its log is.
 * @param {string} stderr
 */
function reasonOf(stderr) {
  const errors = stderr.split('\n').filter((line) => line.startsWith('npm error'))
  return errors.slice(0, 12).join('\n')
}
