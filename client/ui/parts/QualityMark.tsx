import { useComputed } from '@preact/signals'
import type { PeerId } from '../../../shared/ids.ts'
import { qualityText } from '../i18n/qualityText.ts'
import { Icon, type IconName } from '../icons.tsx'
import { useModel } from '../model/model.ts'

const ICONS: Readonly<Record<'fair' | 'poor' | 'lost', IconName>> = {
  fair: 'signalFair',
  poor: 'signalPoor',
  lost: 'signalLost',
}

/** That a person's connection is not good, and why; nothing while it is. */
export function QualityMark({ peerId }: { peerId: PeerId }) {
  const { qualities } = useModel()
  const quality = useComputed(() => qualities.of(peerId)).value
  if (!quality || quality.level === 'good') return null
  const text = qualityText(quality)
  return (
    <span
      class="quality-mark"
      data-quality={quality.level}
      data-reason={quality.reason}
      data-testid="quality-mark"
      title={text}
    >
      <Icon name={ICONS[quality.level]} />
      <span class="visually-hidden">{text}</span>
    </span>
  )
}
