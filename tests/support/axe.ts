import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type axe from 'axe-core'
import type { Page } from 'puppeteer-core'
import { expect } from 'vitest'
import { type BrowserName, can } from './browsers.ts'

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** WCAG 2.1 A and AA, and what axe's makers hold to be good. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']

/** @returns the serious and critical faults of the page as it is now, each with what it is about; none is good */
export async function seriousFaults(page: Page): Promise<string[]> {
  const faults = await findFaults(page)
  // What began to fade in only while axe looked has colours of its own for a moment; a fault stays.
  return faults.length === 0 ? faults : await findFaults(page)
}

async function findFaults(page: Page): Promise<string[]> {
  await settled(page)
  // By the debugger's door: the policy of the page lets no foreign script in.
  await page.evaluate(`if (!('axe' in globalThis)) {${source}}`)
  const violations = await page.evaluate(async (tags) => {
    const { axe: checker } = globalThis as unknown as { axe: typeof axe }
    const results = await checker.run(document, { runOnly: tags, resultTypes: ['violations'] })
    return results.violations.flatMap(({ id, impact, nodes }) =>
      nodes.map(({ target, failureSummary }) => ({ id, impact, text: `${target.join(' ')}: ${failureSummary}` })),
    )
  }, TAGS)
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, impact, text }) => `${id} (${impact}) ${text}`)
}

/** Looks in both themes where a test can choose; in the one of the machine otherwise. */
export const faultFinder = (browser: BrowserName) => async (page: Page, state: string) => {
  for (const theme of can(browser, 'mediaFeatures') ? (['light', 'dark'] as const) : []) {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }])
    expect(await seriousFaults(page), `${state}, ${theme}`).toEqual([])
  }
  if (!can(browser, 'mediaFeatures')) expect(await seriousFaults(page), state).toEqual([])
}

/** Nothing fades or glides any more: a colour on its way to another has no contrast of its own. */
async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    document
      .getAnimations()
      .every(
        ({ playState, effect }) =>
          playState !== 'running' || effect?.getTiming().iterations === Number.POSITIVE_INFINITY,
      ),
  )
}
