import { existsSync } from 'node:fs'
import { type Browser, launch, type Page } from 'puppeteer-core'
import { onTestFinished } from 'vitest'

/** Real browsers with fake cameras and microphones, behind one door: Chromium by CDP, Firefox by WebDriver BiDi. */
export const BROWSERS = ['chromium', 'firefox'] as const
export type BrowserName = (typeof BROWSERS)[number]

/** What a test cannot ask of a browser, and why. All else runs in both; screens are shared in both (`drawScreen`). */
const UNABLE = {
  mediaFeatures: { firefox: 'WebDriver BiDi has no command for colour schemes, contrast or motion' },
  accessibilityTree: { firefox: 'WebDriver BiDi does not list the nodes' },
  nodesByRole: { firefox: 'its search by role and name did not answer on the page of a call' },
  touch: { firefox: 'a finger can be sent, but (pointer: coarse) and (hover: none) stay those of the machine' },
  webAudio: {
    firefox: 'its AudioContext stays suspended where there is no audio device; getStats tells what is heard',
  },
  listenerCounts: { firefox: 'WebDriver BiDi counts neither event listeners nor what the heap holds' },
  documentPip: { firefox: 'it has no documentPictureInPicture' },
  videoPip: { firefox: 'without a screen, requestPictureInPicture() does not answer' },
  trackEvents: { firefox: 'events that a page sends to a captured track do not reach its listeners' },
} satisfies Record<string, Partial<Record<BrowserName, string>>>
export type Ability = keyof typeof UNABLE

export const can = (browser: BrowserName, ability: Ability): boolean => !(browser in UNABLE[ability])

export type PageOptions = {
  width?: number
  height?: number
  /** A telephone with a finger instead of a pointer: needs the ability `touch`. */
  touch?: boolean
  /** Run in the page before its own scripts. */
  before?: () => void
}

export const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--auto-select-desktop-capture-source=Entire screen',
  '--autoplay-policy=no-user-gesture-required',
  // Without a GPU and without the outside world.
  '--disable-gpu',
  '--allow-loopback-in-peer-connection',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Several pages of one browser are all in use, though only one is in front.
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
]

const FIREFOX_PREFS = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  // Firefox leaves out loopback by default, and hides its own addresses behind names.
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  // Only a page that may use the camera is let see more than the default route.
  'permissions.default.camera': 1,
  'permissions.default.microphone': 1,
  'media.autoplay.default': 0,
  'dom.min_background_timeout_value': 4,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'app.update.enabled': false,
}

const EXECUTABLES = { chromium: '/usr/bin/chromium', firefox: '/usr/bin/firefox-esr' }

const running = new Map<BrowserName, Promise<Browser>>()

/** Opens a page of its own (no cookies or storage shared with any other); the test closes it by itself. */
export async function openPage(name: BrowserName, url: string, options: PageOptions = {}): Promise<Page> {
  const browser = await browserOf(name)
  const context = await browser.createBrowserContext()
  onTestFinished(() => context.close())
  // A window each: of several tabs of one all but the front one would be hidden.
  const page = await context.newPage({ type: 'window' })
  const { width = 1280, height = 720, touch = false } = options
  await page.setViewport({ width, height, isMobile: touch, hasTouch: touch })
  tellOnFailure(page)
  if (name === 'firefox') await page.evaluateOnNewDocument(drawScreen)
  if (options.before) await page.evaluateOnNewDocument(options.before)
  await page.goto(url, { waitUntil: 'domcontentloaded' })
  return page
}

/** When the test fails: what the page complained of, and what stood on it. */
function tellOnFailure(page: Page): void {
  const told: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warn') told.push(message.text())
  })
  page.on('pageerror', (error) => told.push(String(error)))
  page.on('requestfailed', (request) => told.push(`${request.url()}: ${request.failure()?.errorText}`))
  // Before the page is closed, which is too late for `onTestFailed`: the last one is called first.
  onTestFinished(async ({ task }) => {
    if (task.result?.state !== 'fail') return
    const text = await page.evaluate(() => document.body.innerText).catch(String)
    console.error([`At ${page.url()}`, ...told, text].join('\n'))
  })
}

/** Runs in the page: a screen to share. Firefox has one neither in headless mode nor among its fake devices. */
function drawScreen(): void {
  const { mediaDevices } = navigator
  if (!mediaDevices) return
  mediaDevices.getDisplayMedia = async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 1280, height: 720 })
    const context = canvas.getContext('2d')
    let frames = 0
    setInterval(() => context?.fillRect(frames++ % canvas.width, 0, 1, canvas.height), 100)
    return canvas.captureStream(10)
  }
}

/** For the end of a test file. */
export async function closeBrowsers(): Promise<void> {
  const browsers = await Promise.all(running.values())
  running.clear()
  await Promise.all(browsers.map((browser) => browser.close()))
}

function browserOf(name: BrowserName): Promise<Browser> {
  const known = running.get(name)
  if (known) return known
  const started = start(name)
  running.set(name, started)
  return started
}

function start(name: BrowserName): Promise<Browser> {
  const executablePath = EXECUTABLES[name]
  if (!existsSync(executablePath)) throw new Error(`${executablePath} is missing; npm test installs it`)
  return name === 'chromium'
    ? launch({ executablePath, headless: true, args: CHROMIUM_FLAGS })
    : launch({
        executablePath,
        headless: true,
        browser: 'firefox',
        extraPrefsFirefox: FIREFOX_PREFS,
        defaultViewport: null,
      })
}
