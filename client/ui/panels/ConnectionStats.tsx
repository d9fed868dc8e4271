import type { CallRates } from '../../sdk/callRates.ts'
import { bitrateText, millisecondsText } from '../i18n/numbers.ts'
import { numberText, t } from '../i18n/t.ts'

/** The ways to the server, and what serves there. */
export function ConnectionStats({ rates: { worker, transports } }: { rates: CallRates }) {
  const up = transports.find(({ direction }) => direction === 'send')
  const down = transports.find(({ direction }) => direction === 'recv')
  // The side that has nothing to carry does not measure.
  const roundTrip = up?.roundTripTimeSeconds ?? down?.roundTripTimeSeconds
  const route = up?.remoteAddress === undefined ? down : up
  const rows = [
    [t('stats.worker'), worker === undefined ? undefined : numberText(worker), 'worker'],
    [t('stats.route'), route?.protocol && `${route.protocol.toUpperCase()} ${route.remoteAddress ?? ''}`, 'route'],
    [t('stats.roundTrip'), roundTrip === undefined ? undefined : millisecondsText(roundTrip), 'roundTrip'],
    [
      t('stats.available'),
      up?.availableOutgoingBitrate === undefined ? undefined : bitrateText(up.availableOutgoingBitrate),
      'available',
    ],
  ] as const
  return (
    <section class="stats-person" aria-label={t('stats.connection')}>
      <h3>{t('stats.connection')}</h3>
      <dl class="stats-list">
        {rows.map(
          ([label, text, key]) =>
            text && (
              <div key={key}>
                <dt>{label}</dt>
                <dd data-stat={key} dir="ltr">
                  {text}
                </dd>
              </div>
            ),
        )}
      </dl>
      {route?.protocol === 'tcp' && <p data-testid="limited-network">{t('prejoin.mediaTcp')}</p>}
    </section>
  )
}
