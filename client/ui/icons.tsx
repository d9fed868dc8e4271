/** One set: drawn on a grid of 24 with a round line of 1.8, in the colour of the text around. */
import type { ComponentChildren } from 'preact'

const slash = <path d="M4 4l16 16" />

/** Three bars, as many of them full. */
const signal = (full: number) => (
  <g stroke-width="4">
    {['M4.5 19v-2', 'M12 19v-7', 'M19.5 19V6'].map((bar, at) => (
      <path key={bar} d={bar} opacity={at < full ? 1 : 0.3} />
    ))}
  </g>
)

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
  hand: (
    <path d="M8 13V6.2a1.6 1.6 0 0 1 3.2 0V11V4.6a1.6 1.6 0 0 1 3.2 0V11V6.2a1.6 1.6 0 0 1 3.2 0v7.6a7 7 0 0 1-7 7c-2.6 0-4.2-1.2-5.4-3.2l-2.1-3.7a1.6 1.6 0 0 1 2.7-1.7L8 14.5" />
  ),
  reaction: (
    <>
      <circle cx="12" cy="12" r="8.5" />
      <path d="M8.3 14a4.2 4.2 0 0 0 7.4 0M9 9.5v.2M15 9.5v.2" />
    </>
  ),
  chat: (
    <path d="M5.5 4.5h13A2.5 2.5 0 0 1 21 7v7.5a2.5 2.5 0 0 1-2.5 2.5H11l-4.6 3.6a.6.6 0 0 1-.9-.5V17A2.5 2.5 0 0 1 3 14.5V7a2.5 2.5 0 0 1 2.5-2.5z" />
  ),
  people: (
    <>
      <circle cx="9" cy="8.5" r="3.3" />
      <path d="M3 19c0-3 2.7-5 6-5s6 2 6 5M15.5 5.4a3.3 3.3 0 0 1 0 6.2M17.5 14.4c2.1.6 3.5 2.3 3.5 4.6" />
    </>
  ),
  more: (
    <>
      <circle cx="12" cy="5.5" r=".6" />
      <circle cx="12" cy="12" r=".6" />
      <circle cx="12" cy="18.5" r=".6" />
    </>
  ),
  keyboard: (
    <>
      <rect x="2.5" y="6" width="19" height="12" rx="2.5" />
      <path d="M6.5 10v.1M10.2 10v.1M13.8 10v.1M17.5 10v.1M8 14h8" />
    </>
  ),
  send: <path d="M4 5.2l16 6.8-16 6.8 2.6-6.8zM6.6 12H13" />,
  search: (
    <>
      <circle cx="10.5" cy="10.5" r="6" />
      <path d="M15 15l5 5" />
    </>
  ),
  flip: (
    <path d="M4.5 10.5A7.8 7.8 0 0 1 18.6 8L20 9.5M20 5v4.5h-4.5M19.5 13.5A7.8 7.8 0 0 1 5.4 16L4 14.5M4 19v-4.5h4.5" />
  ),
  soundOff: (
    <>
      <path d="M4 9.5v5h3.5l4.5 4v-13l-4.5 4z" />
      <path d="M16 9.8l4.5 4.5M20.5 9.8L16 14.3" />
    </>
  ),
  down: <path d="M5.5 9.5L12 16l6.5-6.5" />,
  lock: (
    <>
      <rect x="5" y="10.5" width="14" height="10" rx="2.5" />
      <path d="M8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5" />
    </>
  ),
  warning: (
    <path d="M12 9.5v4M12 16.7v.1M10.6 4.6L3.2 17.4A1.6 1.6 0 0 0 4.6 20h14.8a1.6 1.6 0 0 0 1.4-2.6L13.4 4.6a1.6 1.6 0 0 0-2.8 0z" />
  ),
  pin: <path d="M9 3.5h6M10 3.5v5.2L6.8 13a.8.8 0 0 0 .6 1.3h9.2a.8.8 0 0 0 .6-1.3L14 8.7V3.5M12 14.3v6.2" />,
  unpin: (
    <>
      <path d="M9 3.5h6M14 3.5v5.2l3.2 4.3M10 6.5v2.2L6.8 13a.8.8 0 0 0 .6 1.3h6.9M12 14.3v6.2" />
      {slash}
    </>
  ),
  expand: (
    <path d="M9 4H5.5A1.5 1.5 0 0 0 4 5.5V9M15 4h3.5A1.5 1.5 0 0 1 20 5.5V9M9 20H5.5A1.5 1.5 0 0 1 4 18.5V15M15 20h3.5a1.5 1.5 0 0 0 1.5-1.5V15" />
  ),
  shrink: (
    <path d="M4 9h3.5A1.5 1.5 0 0 0 9 7.5V4M20 9h-3.5A1.5 1.5 0 0 1 15 7.5V4M4 15h3.5A1.5 1.5 0 0 1 9 16.5V20M20 15h-3.5a1.5 1.5 0 0 0-1.5 1.5V20" />
  ),
  auto: (
    <path d="M12 3.5l1.7 4.8 4.8 1.7-4.8 1.7L12 16.5l-1.7-4.8L5.5 10l4.8-1.7zM18.5 15.5l.8 2.2 2.2.8-2.2.8-.8 2.2-.8-2.2-2.2-.8 2.2-.8z" />
  ),
  grid: (
    <>
      <rect x="3.5" y="4.5" width="7.5" height="6.5" rx="1.5" />
      <rect x="13" y="4.5" width="7.5" height="6.5" rx="1.5" />
      <rect x="3.5" y="13" width="7.5" height="6.5" rx="1.5" />
      <rect x="13" y="13" width="7.5" height="6.5" rx="1.5" />
    </>
  ),
  speaker: (
    <>
      <rect x="3.5" y="5" width="11.5" height="14" rx="2" />
      <path d="M18 5.8h2.5M18 12h2.5M18 18.2h2.5" />
    </>
  ),
  sideBySide: (
    <>
      <rect x="3.5" y="5" width="8" height="14" rx="2" />
      <path d="M14.5 7a1.5 1.5 0 0 1 1.5-1.5h3A1.5 1.5 0 0 1 20.5 7v2.5h-6zM14.5 14.5h6V17a1.5 1.5 0 0 1-1.5 1.5h-3a1.5 1.5 0 0 1-1.5-1.5z" />
    </>
  ),
  small: (
    <>
      <path d="M20.5 10.5V7A2.5 2.5 0 0 0 18 4.5H6A2.5 2.5 0 0 0 3.5 7v10A2.5 2.5 0 0 0 6 19.5h3.5" />
      <rect x="12.5" y="13.5" width="9" height="6.5" rx="1.5" />
    </>
  ),
  eye: (
    <>
      <path d="M2.8 12S6 5.8 12 5.8 21.2 12 21.2 12 18 18.2 12 18.2 2.8 12 2.8 12z" />
      <circle cx="12" cy="12" r="2.8" />
    </>
  ),
  eyeOff: (
    <>
      <path d="M9.6 6.2A9 9 0 0 1 12 5.8C18 5.8 21.2 12 21.2 12a16 16 0 0 1-2.5 3.3M15.8 17.3a8.6 8.6 0 0 1-3.8.9C6 18.2 2.8 12 2.8 12a15.6 15.6 0 0 1 4.1-4.7M10.2 10a2.8 2.8 0 0 0 3.9 3.9" />
      {slash}
    </>
  ),
  earlier: <path d="M19.5 12h-15M10 6.5L4.5 12l5.5 5.5" />,
  later: <path d="M4.5 12h15M14 6.5l5.5 5.5-5.5 5.5" />,
  signalFair: signal(2),
  signalPoor: signal(1),
  signalLost: signal(0),
  statistics: <path d="M4 4v14.5A1.5 1.5 0 0 0 5.5 20H20M8 15.5l3.5-4.5 3 2.5 4.5-6" />,
} as const satisfies Record<string, ComponentChildren>

export type IconName = keyof typeof SHAPES

/** Those that point along the text or show how the tiles stand: turned around where text runs from the right. */
const ALONG_TEXT: ReadonlySet<IconName> = new Set([
  'previous',
  'next',
  'earlier',
  'later',
  'send',
  'speaker',
  'sideBySide',
])

/** Decoration: what it means stands beside it or in the label of its button. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg
      class={ALONG_TEXT.has(name) ? 'icon icon-along' : 'icon'}
      viewBox="0 0 24 24"
      aria-hidden="true"
      focusable="false"
    >
      {SHAPES[name]}
    </svg>
  )
}
