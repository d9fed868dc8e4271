import { numberText, t } from '../i18n/t.ts'
import type { Rectangle } from '../layout/gridLayout.ts'
import { IconButton } from '../parts/IconButton.tsx'

type Props = {
  readonly place: Rectangle
  readonly page: number
  readonly pageCount: number
  readonly label: string
  readonly onChange: (page: number) => void
}

/** Turns the pages of a room with more people than fit. */
export function Pager({ place, page, pageCount, label, onChange }: Props) {
  return (
    <nav
      class="pager"
      aria-label={label}
      style={{
        width: `${place.width}px`,
        height: `${place.height}px`,
        transform: `translate(${place.x}px, ${place.y}px)`,
      }}
    >
      <IconButton
        icon="previous"
        label={t('call.previousPage')}
        disabled={page === 0}
        testId="previous-page"
        onClick={() => onChange(page - 1)}
      />
      <span class="pager-text" aria-live="polite" data-testid="page">
        <span class="visually-hidden">{t('call.page', { page: page + 1, count: pageCount })}</span>
        <span aria-hidden="true">{`${numberText(page + 1)} / ${numberText(pageCount)}`}</span>
      </span>
      <IconButton
        icon="next"
        label={t('call.nextPage')}
        disabled={page === pageCount - 1}
        testId="next-page"
        onClick={() => onChange(page + 1)}
      />
    </nav>
  )
}
