/** Why the server cannot start, in words for the person who starts it: shown without a stack trace, exit code 1. */
export class StartError extends Error {
  readonly lines: readonly string[]
  constructor(lines: readonly string[]) {
    super(lines.join('\n'))
    this.lines = lines
  }
}
