/** The two first questions of a WebRTC client, and whether the answers are complete. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { on, once } from 'node:events'
import { crc32 } from 'node:zlib'

const RESEND_MS = 500

const MAGIC_COOKIE = 0x2112a442
const BINDING_REQUEST = 0x0001
const BINDING_SUCCESS = 0x0101
const USERNAME = 0x0006
const MESSAGE_INTEGRITY = 0x0008
const PRIORITY = 0x0024
const USE_CANDIDATE = 0x0025
const FINGERPRINT = 0x8028
const ICE_CONTROLLING = 0x802a

/** DTLS 1.2, X25519 and P-256, ECDHE with AES-128-GCM, SRTP_AES128_CM_SHA1_80; recorded from OpenSSL's s_client. */
const CLIENT_HELLO = Buffer.from(
  '16feff0000000000000000006d010000610000000000000061fefd0db881780d52b5dfe84c93556ea5b7b372d367af8af34685416db83c6ca7a9' +
    '0600000006c02bc02f00ff01000031000b000403000102000a00060004001d001700230000000e000500020001000016000000170000000d0006' +
    '000404030401',
  'hex',
)
const DTLS_HANDSHAKE = 22
/** ServerHello, Certificate, ServerKeyExchange, CertificateRequest, ServerHelloDone. */
const SERVER_FLIGHT = [2, 11, 12, 13, 14]

/** @param {number} port of this machine */
export async function openSocket(port) {
  const socket = createSocket('udp4')
  socket.connect(port, '127.0.0.1')
  await once(socket, 'connect')
  return socket
}

/**
 * Resolves when a binding request is answered with a success that is signed with the worker's password (RFC 8445, 8489).
 * @param {import('node:dgram').Socket} socket
 * @param {{ usernameFragment: string, password: string }} ice
 */
export function answersIce(socket, { usernameFragment, password }) {
  const transaction = randomBytes(12)
  const request = stunMessage(transaction, password, [
    [USERNAME, Buffer.from(`${usernameFragment}:probe`)],
    [PRIORITY, Buffer.from([0x6e, 0xff, 0xff, 0xff])],
    [ICE_CONTROLLING, randomBytes(8)],
    [USE_CANDIDATE, Buffer.alloc(0)],
  ])
  return ask(socket, request, (answer) => {
    if (answer.length < 20 || answer.readUInt16BE(0) !== BINDING_SUCCESS) return false
    if (!answer.subarray(8, 20).equals(transaction)) return false
    if (!isSigned(answer, password)) throw new Error('the answer has a wrong signature')
    return true
  })
}

/**
 * Resolves when a ClientHello is answered with the server's whole first flight.
 * @param {import('node:dgram').Socket} socket whose address ICE has validated
 */
export function answersDtls(socket) {
  const seen = new Set()
  return ask(socket, CLIENT_HELLO, (datagram) => {
    for (const type of handshakeTypes(datagram)) seen.add(type)
    return SERVER_FLIGHT.every((type) => seen.has(type))
  })
}

/**
 * Asks again and again until `isDone` has seen enough.
 * @param {import('node:dgram').Socket} socket
 * @param {Buffer} question
 * @param {(datagram: Buffer) => boolean} isDone
 */
async function ask(socket, question, isDone) {
  const send = () => socket.send(question)
  const timer = setInterval(send, RESEND_MS)
  try {
    const answers = on(socket, 'message')
    send()
    for await (const [datagram] of answers) if (isDone(datagram)) return
  } finally {
    clearInterval(timer)
  }
}

/**
 * @param {Buffer} transaction
 * @param {string} password
 * @param {[number, Buffer][]} attributes
 */
function stunMessage(transaction, password, attributes) {
  const header = Buffer.alloc(8)
  header.writeUInt16BE(BINDING_REQUEST, 0)
  header.writeUInt32BE(MAGIC_COOKIE, 4)
  const plain = Buffer.concat([header, transaction, ...attributes.map(([type, value]) => attribute(type, value))])
  const signed = Buffer.concat([plain, attribute(MESSAGE_INTEGRITY, signature(plain, password))])
  return Buffer.concat([signed, attribute(FINGERPRINT, fingerprint(signed))])
}

/**
 * @param {number} type
 * @param {Buffer} value
 */
function attribute(type, value) {
  const bytes = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4)
  bytes.writeUInt16BE(type, 0)
  bytes.writeUInt16BE(value.length, 2)
  value.copy(bytes, 4)
  return bytes
}

/**
 * The signature of a message up to its MESSAGE-INTEGRITY, whose length field counts that attribute in (24 bytes).
 * @param {Buffer} message
 * @param {string} password
 */
function signature(message, password) {
  return createHmac('sha1', password).update(withLength(message, 24)).digest()
}

/** @param {Buffer} message */
function fingerprint(message) {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE((crc32(withLength(message, 8)) ^ 0x5354554e) >>> 0)
  return bytes
}

/**
 * Sets the length field as if `more` bytes followed; the caller's next step relies on it as well.
 * @param {Buffer} message
 * @param {number} more
 */
function withLength(message, more) {
  message.writeUInt16BE(message.length - 20 + more, 2)
  return message
}

/**
 * @param {Buffer} message
 * @param {string} password
 */
function isSigned(message, password) {
  for (let at = 20; at + 4 <= message.length; at += 4 + Math.ceil(message.readUInt16BE(at + 2) / 4) * 4) {
    if (message.readUInt16BE(at) !== MESSAGE_INTEGRITY) continue
    const expected = signature(Buffer.from(message.subarray(0, at)), password)
    return timingSafeEqual(expected, message.subarray(at + 4, at + 24))
  }
  return false
}

/**
 * The handshake messages of which a datagram carries the end: a long one, the certificate, may come in fragments.
 * @param {Buffer} datagram
 */
function handshakeTypes(datagram) {
  const types = []
  for (let at = 0; at + 13 <= datagram.length; ) {
    const end = at + 13 + datagram.readUInt16BE(at + 11)
    if (datagram.readUInt8(at) === DTLS_HANDSHAKE) {
      // type, length (3), sequence (2), fragment offset (3), fragment length (3)
      for (let message = at + 13; message + 12 <= end; ) {
        const fragment = datagram.readUIntBE(message + 9, 3)
        const complete = datagram.readUIntBE(message + 6, 3) + fragment === datagram.readUIntBE(message + 1, 3)
        if (complete) types.push(datagram.readUInt8(message))
        message += 12 + fragment
      }
    }
    at = end
  }
  return types
}
