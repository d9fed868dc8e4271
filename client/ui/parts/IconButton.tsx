import { Icon, type IconName } from '../icons.tsx'

type Props = {
  readonly icon: IconName
  /** What it is for those who cannot see it; stays the same when a toggle is pressed. */
  readonly label: string
  /** What a click does now, shown beside the pointer and with the focus. */
  readonly hint?: string
  readonly onClick?: (event: { readonly currentTarget: HTMLElement }) => void
  readonly tone?: 'plain' | 'danger'
  /** Makes it a toggle. */
  readonly pressed?: boolean
  /** It opens something, which is open now or not. */
  readonly expanded?: boolean
  readonly popup?: 'menu' | 'dialog'
  /** The id of what it opens. */
  readonly controls?: string | undefined
  readonly busy?: boolean
  /** Keeps the focus, unlike the attribute of that name. */
  readonly disabled?: boolean
  /** Says why, where a person tries all the same. */
  readonly onDisabledClick?: () => void
  /** The key that does the same. */
  readonly shortcut?: string
  /** A small number at its edge; none for 0. The label has to say it too. */
  readonly badge?: number
  /** Beside the number; one alone is the sign alone. */
  readonly badgeIcon?: IconName
  /** -1: reached by arrow keys, not by Tab. */
  readonly tabIndex?: number
  readonly testId?: string
}

/** Above this a badge says only that there are many. */
const MOST_COUNTED = 99

export function IconButton({ icon, label, hint = label, onClick, tone = 'plain', badge = 0, ...state }: Props) {
  return (
    <button
      type="button"
      class="icon-button"
      data-tone={tone}
      data-testid={state.testId}
      tabIndex={state.tabIndex}
      aria-label={label}
      aria-pressed={state.pressed}
      aria-expanded={state.expanded}
      aria-haspopup={state.popup}
      aria-controls={state.controls}
      aria-busy={state.busy}
      aria-disabled={state.disabled}
      aria-keyshortcuts={state.shortcut}
      onClick={state.disabled ? state.onDisabledClick : onClick}
    >
      <Icon name={icon} />
      {badge > 0 && (
        <span class="badge" aria-hidden="true">
          {state.badgeIcon && <Icon name={state.badgeIcon} />}
          {(badge > 1 || !state.badgeIcon) && (badge > MOST_COUNTED ? `${MOST_COUNTED}+` : badge)}
        </span>
      )}
      <span class="tooltip" aria-hidden="true">
        {hint}
        {state.shortcut && <kbd>{state.shortcut.toUpperCase()}</kbd>}
      </span>
    </button>
  )
}
