import { hueOf, initialsOf } from '../model/displayName.ts'

/** A person without a picture: initials on a colour of their own. The name stands beside it. */
export function Avatar({ name }: { name: string }) {
  return (
    <span class="avatar" style={{ '--hue': String(hueOf(name)) }} aria-hidden="true">
      {initialsOf(name)}
    </span>
  )
}
