import type { Quality } from '../../sdk/rateQuality.ts'
import { percentText } from './numbers.ts'
import { t } from './t.ts'

/** Why a connection is not better, in words. */
export function qualityText({ level, reason, loss = 0 }: Quality): string {
  switch (reason) {
    case undefined:
      return t('quality.good')
    case 'loss':
    case 'uplinkLoss':
      return t(`quality.${reason}`, { loss: percentText(loss) })
    case 'theirUplink':
    case 'downlinkShort':
    case 'ownLimit':
      return t(level === 'lost' ? `quality.${reason}Lost` : `quality.${reason}`)
    default:
      return t(`quality.${reason}`)
  }
}
