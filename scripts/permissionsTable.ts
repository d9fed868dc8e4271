/** Prints the table of permissions for docs/access.md: `node scripts/permissionsTable.ts`. A test compares the two. */
import { PERMISSIONS, rightsOf } from '../server/core/permissions.ts'
import { ACTIONS, ROLES } from '../shared/access.ts'
import { REQUESTS } from '../shared/requests.ts'

export function permissionsTable(): string {
  const rows = ACTIONS.map((action) => {
    const roles = ROLES.map((role) => (rightsOf(role, {}, { chat: 'everyone' }).actions.has(action) ? 'yes' : ''))
    const requests = Object.entries(REQUESTS).flatMap(([name, row]) => (row.action === action ? [`\`${name}\``] : []))
    const { grant, visible } = PERMISSIONS[action]
    const taken = [...(grant ? [`\`${grant}: false\``] : []), ...(visible ? ['`hidden`'] : [])]
    return `| \`${action}\` | ${requests.join(' ')} | ${roles.join(' | ')} | ${taken.join(' ')} |`
  })
  return [
    `| permission | requests | ${ROLES.join(' | ')} | taken by the grant |`,
    `| --- | --- | ${ROLES.map(() => '---').join(' | ')} | --- |`,
    ...rows,
  ].join('\n')
}

if (import.meta.main) console.log(permissionsTable())
