/** All that a session needs and that needs no admission. */
import { Device, type types } from 'mediasoup-client'
import { SfuError } from '../../shared/errors.ts'
import type { Placement } from '../../shared/protocol.ts'
import { type Certificate, makeCertificate } from './certificate.ts'
import { untilAborted } from './concurrency.ts'
import { messageOf } from './failures.ts'
import { Line } from './Line.ts'
import type { Doors } from './placement.ts'
import { SignalingClient } from './SignalingClient.ts'
import type { JoinOptions } from './types.ts'

export type SessionParts = {
  readonly placement: Placement
  readonly device: Device
  readonly certificate: Certificate
  readonly line: Line
}

type Options = JoinOptions & {
  readonly doors: Doors
  /** Where to go, if that is known already. */
  readonly placement?: Placement | undefined
  /** Continues a visit; undefined: a new one. */
  readonly ticket: string | undefined
  readonly handlerFactory: types.HandlerFactory | undefined
  readonly signal: AbortSignal
}

/**
 * Three round trips, one after the other: placement, websocket, socket.io's own greeting. Device and certificate are
 * made meanwhile.
 * @throws SfuError what the server refused, `unsupportedMedia` if this browser cannot take part
 * @throws ConnectionError if the server cannot be reached
 */
export async function openParts(options: Options): Promise<SessionParts> {
  const { doors, handlerFactory } = options
  const opening = new AbortController()
  const signal = AbortSignal.any([options.signal, opening.signal])
  const certifying = makeCertificate()
  const placement = options.placement ?? (await doors.ask(options, signal))
  const connecting = SignalingClient.open({ url: placement.nodeUrl, token: placement.token, signal })
  try {
    const parts = Promise.all([loadDevice(placement, handlerFactory), certifying, connecting])
    const [device, certificate, signaling] = await untilAborted(parts, signal)
    return { placement, device, certificate, line: new Line(signaling) }
  } catch (error) {
    // The socket must not outlive a device that failed, whether it is open already or not.
    opening.abort(error)
    connecting.then(
      (signaling) => signaling.close(),
      () => {},
    )
    throw error
  }
}

/** @throws SfuError `unsupportedMedia` */
async function loadDevice(placement: Placement, handlerFactory: types.HandlerFactory | undefined): Promise<Device> {
  try {
    const device = await Device.factory(handlerFactory && { handlerFactory })
    await device.load({ routerRtpCapabilities: placement.rtpCapabilities as types.RtpCapabilities })
    return device
  } catch (error) {
    throw new SfuError('unsupportedMedia', `this browser cannot take part: ${messageOf(error)}`, { cause: error })
  }
}
