/** One set: drawn on a grid of 24 with a round line of 1.8, in the colour of the text around. */
import type { ComponentChildren } from 'preact'

const slash = <path d="M4 4l16 16" />

const SHAPES = {
  mic: (
    <>
      <rect x="9" y="3" width="6" height="11" rx="3" />
      <path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3M9 21h6" />
    </>
  ),
  micOff: (
    <>
      <path d="M15 10.5V6a3 3 0 0 0-5.6-1.5M9 9v2a3 3 0 0 0 4.6 2.5M5.5 11.5a6.5 6.5 0 0 0 10.6 5M18.3 13.2c.1-.5.2-1.1.2-1.7M12 18v3M9 21h6" />
      {slash}
    </>
  ),
  cam: (
    <>
      <rect x="3" y="6.5" width="12.5" height="11" rx="2.5" />
      <path d="M15.5 11l4.3-2.6a.8.8 0 0 1 1.2.7v5.8a.8.8 0 0 1-1.2.7L15.5 13" />
    </>
  ),
  camOff: (
    <>
      <path d="M10 6.5h3A2.5 2.5 0 0 1 15.5 9v2l4.3-2.6a.8.8 0 0 1 1.2.7v5.8a.8.8 0 0 1-1 .8M15.3 15.8a2.5 2.5 0 0 1-2.3 1.7H5.5A2.5 2.5 0 0 1 3 15V9c0-1 .6-1.9 1.5-2.3" />
      {slash}
    </>
  ),
  screen: (
    <>
      <rect x="3" y="4.5" width="18" height="12.5" rx="2.5" />
      <path d="M12 14V8M9.5 10.3L12 7.8l2.5 2.5M8.5 20.5h7" />
    </>
  ),
  leave: (
    <path d="M3.6 15.6c-.9-1-.8-2.6.1-3.6 4.6-4.6 12-4.6 16.6 0 .9 1 1 2.6.1 3.6l-.6.6c-.4.4-1 .5-1.5.2l-2.7-1.6a1.2 1.2 0 0 1-.6-1.2l.2-1.6a10.5 10.5 0 0 0-6.4 0l.2 1.6c.1.5-.2 1-.6 1.2l-2.7 1.6c-.5.3-1.1.2-1.5-.2z" />
  ),
  invite: (
    <>
      <circle cx="9.5" cy="8" r="3.5" />
      <path d="M3 19.5c0-3.3 2.9-5.5 6.5-5.5s6.5 2.2 6.5 5.5M18.5 8v6M15.5 11h6" />
    </>
  ),
  settings: (
    <>
      <path d="M4 7.5h8M16.5 7.5H20M4 16.5h3.5M12 16.5h8" />
      <circle cx="14.2" cy="7.5" r="2.2" />
      <circle cx="9.8" cy="16.5" r="2.2" />
    </>
  ),
  close: <path d="M6 6l12 12M18 6L6 18" />,
  previous: <path d="M14.5 5.5L8 12l6.5 6.5" />,
  next: <path d="M9.5 5.5L16 12l-6.5 6.5" />,
  sound: (
    <>
      <path d="M4 9.5v5h3.5l4.5 4v-13l-4.5 4z" />
      <path d="M15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a7.8 7.8 0 0 1 0 11" />
    </>
  ),
  copy: (
    <>
      <rect x="8.5" y="8.5" width="11.5" height="11.5" rx="2.5" />
      <path d="M15.5 8.5v-2A2.5 2.5 0 0 0 13 4H6.5A2.5 2.5 0 0 0 4 6.5V13a2.5 2.5 0 0 0 2.5 2.5h2" />
    </>
  ),
  done: <path d="M5 12.5l4.5 4.5L19 7.5" />,
  share: (
    <path d="M12 14.5V4M8.5 7.2L12 3.7l3.5 3.5M7.5 11H6.5A1.5 1.5 0 0 0 5 12.5v6A1.5 1.5 0 0 0 6.5 20h11a1.5 1.5 0 0 0 1.5-1.5v-6a1.5 1.5 0 0 0-1.5-1.5h-1" />
  ),
  warning: (
    <path d="M12 9.5v4M12 16.7v.1M10.6 4.6L3.2 17.4A1.6 1.6 0 0 0 4.6 20h14.8a1.6 1.6 0 0 0 1.4-2.6L13.4 4.6a1.6 1.6 0 0 0-2.8 0z" />
  ),
} as const satisfies Record<string, ComponentChildren>

export type IconName = keyof typeof SHAPES

/** Decoration: what it means stands beside it or in the label of its button. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {SHAPES[name]}
    </svg>
  )
}
