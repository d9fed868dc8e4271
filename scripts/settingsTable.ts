/** Prints the table of settings for docs/operations.md: `node scripts/settingsTable.ts`. A test compares the two. */
import { SETTINGS } from '../server/config.ts'

export function settingsTable(): string {
  const rows = Object.entries(SETTINGS).map(([name, row]) => {
    const fallback = 'fallbackText' in row ? row.fallbackText : `\`${row.fallback}\``
    return `| \`${name}\` | ${fallback} | ${row.doc} |`
  })
  return ['| setting | default | meaning |', '| --- | --- | --- |', ...rows].join('\n')
}

if (import.meta.main) console.log(settingsTable())
