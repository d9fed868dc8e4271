import { Icon, type IconName } from '../icons.tsx'

type Props = {
  readonly icon: IconName
  /** What it is for those who cannot see it; stays the same when a toggle is pressed. */
  readonly label: string
  /** What a click does now, shown beside the pointer. */
  readonly hint?: string
  readonly onClick: () => void
  readonly tone?: 'plain' | 'danger'
  /** Makes it a toggle. */
  readonly pressed?: boolean
  readonly busy?: boolean
  /** Keeps the focus, unlike the attribute of that name. */
  readonly disabled?: boolean
  readonly testId?: string
}

export function IconButton({ icon, label, hint = label, onClick, tone = 'plain', ...state }: Props) {
  return (
    <button
      type="button"
      class="icon-button"
      data-tone={tone}
      data-testid={state.testId}
      aria-label={label}
      aria-pressed={state.pressed}
      aria-busy={state.busy}
      aria-disabled={state.disabled}
      title={hint}
      onClick={state.disabled ? undefined : onClick}
    >
      <Icon name={icon} />
    </button>
  )
}
