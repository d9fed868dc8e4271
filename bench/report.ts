import { cpus } from 'node:os'

/** A table in Markdown, as docs/performance.md takes it. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

export const kbps = (bitsPerSecond: number): string => String(Math.round(bitsPerSecond / 1000))

export const machine = (): string => `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, node ${process.version}`
