import { lossOf, type StreamRates, type TrackRates } from '../../sdk/callRates.ts'
import { bitrateText, millisecondsText, percentText, pixelsText } from '../i18n/numbers.ts'
import { numberText, t } from '../i18n/t.ts'

type Row = { readonly key: string; readonly label: string; readonly text: (stream: StreamRates) => string | undefined }

const ROWS = (): readonly Row[] => [
  {
    key: 'size',
    label: t('stats.size'),
    text: ({ frameWidth, frameHeight = 0 }) =>
      optional(frameWidth, (width) => `${pixelsText(width)} × ${pixelsText(frameHeight)}`),
  },
  { key: 'frames', label: t('stats.frames'), text: (stream) => optional(stream.framesPerSecond, wholeText) },
  { key: 'bitrate', label: t('stats.bitrate'), text: ({ bitrate }) => bitrateText(bitrate) },
  { key: 'loss', label: t('stats.loss'), text: (stream) => optional(lossOf([stream]), (loss) => percentText(loss, 1)) },
  { key: 'roundTrip', label: t('stats.roundTrip'), text: (s) => optional(s.roundTripTimeSeconds, millisecondsText) },
  { key: 'jitter', label: t('stats.jitter'), text: ({ jitterSeconds }) => optional(jitterSeconds, millisecondsText) },
  { key: 'codec', label: t('stats.codec'), text: ({ codec }) => codec?.split('/')[1] },
]

const optional = (value: number | undefined, write: (value: number) => string) =>
  value === undefined ? undefined : write(value)
const wholeText = (value: number) => numberText(Math.round(value))

/** One microphone, camera or screen: a column for each layer that is sent, one for what is received. */
export function TrackTable({ track: { source, streams, layers } }: { track: TrackRates }) {
  const rows = ROWS().flatMap(({ key, label, text }) => {
    const cells = streams.map((stream) => text(stream) || undefined)
    return cells.some((cell) => cell !== undefined) ? [{ key, label, cells }] : []
  })
  return (
    <table class="stats-table" data-testid="stats-track" data-source={source}>
      <caption>{t(`stats.${source}`)}</caption>
      {streams.length > 1 && (
        <thead>
          <tr>
            <th scope="col">{t('stats.layer')}</th>
            {streams.map(({ ssrc }, at) => (
              <th key={ssrc} scope="col">
                {numberText(at + 1)}
              </th>
            ))}
          </tr>
        </thead>
      )}
      <tbody>
        {layers && (
          <tr>
            <th scope="row">{t('stats.layer')}</th>
            <td data-stat="layer">{layerText(layers)}</td>
          </tr>
        )}
        {rows.map(({ key, label, cells }) => (
          <tr key={key}>
            <th scope="row">{label}</th>
            {cells.map((cell, at) => (
              <td key={streams[at]?.ssrc} data-stat={key}>
                {cell ?? '–'}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Counted from 1, as everyone does. */
function layerText({ current, wanted }: NonNullable<TrackRates['layers']>): string {
  const [now, best] = [numberText(current + 1), numberText(wanted + 1)]
  return current === wanted ? now : t('stats.layerWanted', { layer: now, wanted: best })
}
