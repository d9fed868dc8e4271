/** The slot for effects in real browsers, without a call: what it does to pixels, and how it ends. */
import type { JSHandle } from 'puppeteer-core'
import { describe, expect, it } from 'vitest'
import type * as Processors from '../../client/sdk/processors/index.ts'
import { BROWSERS } from '../support/browsers.ts'
import { useSite } from '../support/callPage.ts'
import { type Lab, openEffectsNode } from '../support/effectsNode.ts'
import { until } from '../support/until.ts'

const site = useSite(openEffectsNode)
const SIZE = { width: 640, height: 480 }

describe('an effect', () => {
  it.each(BROWSERS)('leaves alone what is inside of a mask (%s)', async (browser) => {
    const page = await site.in(browser).open('/')
    const differences = await page.evaluate(compareInsideAndOutside)
    for (const { inside, outside } of Object.values(differences)) {
      expect(inside).toBeLessThan(2)
      expect(outside).toBeGreaterThan(20)
    }
  })

  it.each([
    ['chromium', 'streams'],
    ['chromium', 'canvas'],
    ['firefox', 'canvas'],
  ] as const)('ends with its source and leaves that alone (%s, %s)', async (browser, path) => {
    const page = await site.in(browser).open('/', { before: trustEvents })
    const process = () => page.evaluateHandle(openProcessed, path)
    const closed = await process()
    expect(await closed.evaluate(({ processed }) => processed.path)).toBe(path)
    expect(await closed.evaluate(({ processed }) => processed.track.getSettings())).toMatchObject(SIZE)
    await closed.evaluate(({ processed }) => {
      processed.close()
      processed.close()
    })
    expect(await stateOf(closed)).toMatchObject({ processed: 'ended', source: 'live' })
    await closed.evaluate(({ source }) => {
      source.dispatchEvent(new Event('ended'))
      source.stop()
    })

    const stopped = await process()
    await stopped.evaluate(({ source }) => source.stop())
    await until(async () => (await stateOf(stopped)).processed === 'ended', { what: 'the end after a stop' })
    expect(await stateOf(stopped)).toMatchObject({ events: 0, calls: 0, errors: 0 })

    const unplugged = await process()
    // As a browser does it: the state first, then the event.
    await unplugged.evaluate(({ source }) => {
      source.stop()
      source.dispatchEvent(new Event('ended'))
    })
    await until(async () => (await stateOf(unplugged)).processed === 'ended', { what: 'the end with its event' })
    expect(await stateOf(unplugged)).toMatchObject({ events: 1, calls: 1, errors: 0 })
    expect(await stateOf(closed)).toMatchObject({ events: 0, calls: 0, errors: 0 })
    await until(() => page.workers().length === 0, { what: () => `${page.workers().length} workers to end` })
  })

  it.each(BROWSERS)('costs the first load nothing (%s)', async (browser) => {
    const page = await site.in(browser).open('/')
    const loaded = () =>
      page.evaluate(() => performance.getEntriesByType('resource').filter(({ name }) => /processors/.test(name)).length)
    expect(await loaded()).toBe(0)
    await page.evaluate(async () => {
      await (globalThis as unknown as Lab).lab.processors()
    })
    expect(await loaded()).toBe(1)
  })
})

/** Runs before the page: what a test dispatches counts as the browser's own event, which Firefox tells apart. */
function trustEvents(): void {
  const { addEventListener } = EventTarget.prototype
  EventTarget.prototype.addEventListener = function (
    ...[type, listener, options]: Parameters<typeof addEventListener>
  ) {
    Reflect.apply(addEventListener, this, [type, listener, options, true])
  }
}

/** Runs in the page: each effect on stripes with the left half masked; mean difference to the plain ones, 0 to 255. */
async function compareInsideAndOutside() {
  const { FrostedEffect, AsciiEffect } = await (globalThis as unknown as Lab).lab.processors()
  const size = { width: 640, height: 360 }
  const open = () => {
    const context = new OffscreenCanvas(size.width, size.height).getContext('2d')
    if (!context) throw new Error('no canvas')
    return context
  }
  const stripes = open()
  for (let x = 0; x < size.width; x += 8) {
    stripes.fillStyle = x % 16 === 0 ? '#e0c0a0' : '#203040'
    stripes.fillRect(x, 0, 8, size.height)
  }
  // Smaller than the picture, as a segmenter's would be.
  const mask = new OffscreenCanvas(160, 90)
  mask.getContext('2d')?.fillRect(0, 0, 80, 90)
  const measure = (effect: InstanceType<typeof FrostedEffect | typeof AsciiEffect>) => {
    const context = open()
    effect.draw(context, stripes.canvas, size, mask)
    const difference = (from: number) => {
      const [was, is] = [stripes, context].map((it) => it.getImageData(from, 40, 240, 280).data)
      if (!was || !is) throw new Error('no pixels')
      return was.reduce((sum, value, at) => sum + Math.abs(value - (is[at] ?? 0)), 0) / (was.length * 0.75)
    }
    // A strip around the mask's edge is left out: it is soft.
    return { inside: difference(40), outside: difference(360) }
  }
  return { frosted: measure(new FrostedEffect()), ascii: measure(new AsciiEffect()) }
}

/** Runs in the page: a camera with an effect, and what is heard of its end. */
async function openProcessed(path: Processors.ProcessorPath) {
  const { processTrack } = await (globalThis as unknown as Lab).lab.processors()
  const video = { width: { exact: 640 }, height: { exact: 480 } }
  const [source] = (await navigator.mediaDevices.getUserMedia({ video })).getVideoTracks()
  if (!source) throw new Error('no camera')
  const heard = { events: 0, calls: 0, errors: 0 }
  const onEnded = () => void heard.calls++
  const onError = () => void heard.errors++
  const processed = await processTrack(source, 'frosted', { paths: [path], onEnded, onError })
  // Firefox calls those who used `addEventListener` on a track for its own events only.
  processed.track.onended = () => void heard.events++
  return { source, processed, heard }
}

const stateOf = (handle: JSHandle<Awaited<ReturnType<typeof openProcessed>>>) =>
  handle.evaluate(({ source, processed, heard }) => ({
    source: source.readyState,
    processed: processed.track.readyState,
    ...heard,
  }))
