let known: boolean | undefined

/** Whether this browser sends several layers in one stream; one that cannot leaves out the mode that it is given. */
export function supportsSvc(): boolean {
  known ??= probe()
  return known
}

function probe(): boolean {
  try {
    const connection = new RTCPeerConnection()
    const wanted: RTCRtpEncodingParameters & { scalabilityMode?: string } = { scalabilityMode: 'L3T3_KEY' }
    const { sender } = connection.addTransceiver('video', { direction: 'sendonly', sendEncodings: [wanted] })
    const [encoding]: (typeof wanted)[] = sender.getParameters().encodings
    connection.close()
    return encoding?.scalabilityMode === wanted.scalabilityMode
  } catch {
    return false
  }
}
