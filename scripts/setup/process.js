import { spawn } from 'node:child_process'
import { constants } from 'node:os'

/** Ends what must not outlive the set-up: child processes, locks. @type {Set<() => void>} */
const cleanups = new Set()

/**
 * Registers work for the end of the process; the answer takes it back.
 * @param {() => void} action
 */
export function atExit(action) {
  cleanups.add(action)
  return () => {
    cleanups.delete(action)
  }
}

export function cleanUp() {
  for (const action of cleanups) action()
  cleanups.clear()
}

/** Ctrl-C and SIGTERM end the set-up with its children, and leave no lock behind. */
export function exitOnSignals() {
  process.once('exit', cleanUp)
  for (const signal of SIGNALS) process.once(signal, () => process.exit(128 + constants.signals[signal]))
}

const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])

/**
 * Runs a program to its end. It gets a process group of its own, so that everything it started can be ended with it.
 * @param {string} command
 * @param {string[]} args
 * @param {object} [options]
 * @param {string} [options.cwd]
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {(line: string) => void} [options.onLine] sees each line of output
 * @param {number} [options.stallSeconds] ends the program when nothing has moved for so long
 * @param {() => unknown} [options.watch] what moves besides the output, such as the size of a file
 * @returns {Promise<{ code: number, stdout: string, stderr: string, tail: string }>} 127: no such program; tail: its last lines
 */
export function run(command, args, options = {}) {
  const { onLine, stallSeconds, watch, ...spawnOptions } = options
  return new Promise((resolve) => {
    const child = spawn(command, args, { ...spawnOptions, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    /** @param {NodeJS.Signals} signal */
    const kill = (signal) => {
      if (child.pid) signalGroup(child.pid, signal)
    }
    const forget = atExit(() => kill('SIGTERM'))

    const output = { stdout: '', stderr: '' }
    /** @type {string[]} */
    let lines = []
    let moved = Date.now()
    for (const name of /** @type {const} */ (['stdout', 'stderr'])) {
      child[name].setEncoding('utf8').on('data', (text) => {
        moved = Date.now()
        output[name] += text
        const fresh = text.split(/[\r\n]+/).filter(Boolean)
        lines = [...lines, ...fresh].slice(-25)
        if (onLine) fresh.forEach(onLine)
      })
    }

    let seen = watch?.()
    const timer = setInterval(() => {
      const now = watch?.()
      if (now !== seen) moved = Date.now()
      seen = now
      if (stallSeconds && Date.now() - moved > stallSeconds * 1000) kill('SIGKILL')
    }, 500)

    /** @param {number} code */
    const finish = (code) => {
      clearInterval(timer)
      forget()
      resolve({ code, ...output, tail: lines.join('\n') })
    }
    child.once('error', () => finish(127))
    child.once('close', (code) => finish(code ?? 1))
  })
}

/**
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 */
function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal)
  } catch {
    // It has ended by itself.
  }
}

/**
 * Gives the terminal to the program that the set-up was for, and ends with its exit code.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 */
export function handOver(command, args, options) {
  const child = spawn(command, args, { ...options, stdio: 'inherit' })
  for (const signal of SIGNALS) {
    process.removeAllListeners(signal)
    process.on(signal, () => {
      // A terminal sends Ctrl-C to the whole foreground group: the child has it already, and a second one means "at once".
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    })
  }
  child.once('error', (error) => {
    process.stderr.write(`${command} could not be started: ${error.message}\n`)
    process.exit(1)
  })
  child.once('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : (code ?? 1)))
}
