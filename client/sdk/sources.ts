import type { MediaKind, Source } from '../../shared/media.ts'

/**
 * The kind of media that a source carries. A record of its own, since `shared/media.ts` would bring the schemas into the
 * browser's bundle; its type keeps it complete.
 */
export const KIND_OF: Readonly<Record<Source, MediaKind>> = {
  mic: 'audio',
  cam: 'video',
  screen: 'video',
  screenAudio: 'audio',
}

/** In the order in which they are published: what is heard first. */
export const ALL_SOURCES = Object.keys(KIND_OF) as readonly Source[]

export const isSource = (value: unknown): value is Source => typeof value === 'string' && Object.hasOwn(KIND_OF, value)

/** Tracks of one stream are played in step (lip sync): the camera with the microphone, the screen with its sound. */
export const streamOf = (source: Source): 'camera' | 'screen' =>
  source === 'mic' || source === 'cam' ? 'camera' : 'screen'
