/** A window on the VP8 payload descriptor (RFC 7741) of one packet; one instance is filled again for each packet. */
export class Vp8View {
  /** First packet of a frame. */
  frameStart = false
  keyFrame = false
  /** Of a key frame's first packet, else 0. */
  width = 0
  height = 0
  /** Offsets in the packet, -1 where the field is not there. */
  pictureIdAt = -1
  longPictureId = false
  tl0PictureIndexAt = -1
  temporalLayer = 0

  /** False if the payload between the two offsets is cut short or empty. */
  read(packet: Buffer, start = 0, end = packet.length): boolean {
    this.#clear()
    let at = start
    const byte = (offset: number): number => (offset < end ? packet.readUInt8(offset) : 0)
    const first = byte(at++)
    if (first & 0x80) {
      const fields = byte(at++)
      if (fields & 0x80) {
        this.pictureIdAt = at
        this.longPictureId = (byte(at) & 0x80) !== 0
        at += this.longPictureId ? 2 : 1
      }
      if (fields & 0x40) this.tl0PictureIndexAt = at++
      if (fields & 0x20) this.temporalLayer = byte(at) >> 6
      if (fields & 0x30) at += 1
    }
    if (at >= end) return false
    const startOfPartition = (first & 0x10) !== 0
    this.frameStart = startOfPartition && (first & 0x07) === 0
    this.keyFrame = this.frameStart && (byte(at) & 0x01) === 0
    if (this.keyFrame && at + 10 <= end) {
      this.width = packet.readUInt16LE(at + 6) & 0x3fff
      this.height = packet.readUInt16LE(at + 8) & 0x3fff
    }
    return true
  }

  #clear(): void {
    this.frameStart = false
    this.keyFrame = false
    this.width = 0
    this.height = 0
    this.pictureIdAt = -1
    this.longPictureId = false
    this.tl0PictureIndexAt = -1
    this.temporalLayer = 0
  }
}
