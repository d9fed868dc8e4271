import { t } from '../i18n/t.ts'
import { useModel } from '../model/model.ts'
import { Dialog } from '../parts/Dialog.tsx'

/** Asks once more before something is done that cannot be taken back. */
export function QuestionDialog({ onClose }: { onClose: () => void }) {
  const { control } = useModel()
  const question = control.question.value
  if (!question) return null
  const { title, text, answer, run } = question
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{text}</p>
      <div class="actions">
        <button
          type="button"
          class="button button-danger"
          data-testid="answer"
          onClick={() => {
            onClose()
            run()
          }}
        >
          {answer}
        </button>
        <button type="button" class="button" data-testid="cancel" data-autofocus onClick={onClose}>
          {t('moderation.cancel')}
        </button>
      </div>
    </Dialog>
  )
}
