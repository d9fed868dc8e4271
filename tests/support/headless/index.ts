export { createHeadlessHandlerFactory, HeadlessHandler, type HeadlessOptions } from './HeadlessHandler.ts'
export { HeadlessPeer, type HeadlessPeerOptions, type Received } from './HeadlessPeer.ts'
export { ReceivedTrack } from './ReceivedTrack.ts'
export { audioTrack, TraceTrack, videoTrack } from './TraceTrack.ts'
