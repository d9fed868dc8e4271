import { Icon, type IconName } from '../icons.tsx'

type Props = {
  readonly icon: IconName
  readonly text: string
  readonly onClick: () => void
  readonly testId?: string
  /** One of several, or on and off; whether it is the one. */
  readonly choice?: 'radio' | 'checkbox'
  readonly checked?: boolean
}

/** One line of a menu. */
export function MenuItem({ icon, text, onClick, testId, choice, checked = false }: Props) {
  return (
    <button
      type="button"
      role={choice ? `menuitem${choice}` : 'menuitem'}
      {...(choice && { 'aria-checked': checked })}
      class="menu-item"
      tabIndex={-1}
      data-testid={testId}
      onClick={onClick}
    >
      <Icon name={icon} />
      <span class="menu-item-text">{text}</span>
      {choice && checked && <Icon name="done" />}
    </button>
  )
}
