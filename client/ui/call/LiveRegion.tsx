import { useModel } from '../model/model.ts'

/** Says to screen readers what others see: who has come and gone. */
export function LiveRegion() {
  const { announcer } = useModel()
  return (
    <div class="visually-hidden" role="log" aria-live="polite" aria-relevant="additions" data-testid="announcements">
      {announcer.announcements.value.map(({ id, text }) => (
        <p key={id}>{text}</p>
      ))}
    </div>
  )
}
