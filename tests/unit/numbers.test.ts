import { afterEach, describe, expect, it } from 'vitest'
import { de } from '../../client/ui/i18n/de.ts'
import { en } from '../../client/ui/i18n/en.ts'
import { bitrateText, millisecondsText, percentText, pixelsText } from '../../client/ui/i18n/numbers.ts'
import { qualityText } from '../../client/ui/i18n/qualityText.ts'
import { setCatalogue } from '../../client/ui/i18n/t.ts'

afterEach(() => setCatalogue('en', en))

describe('numbers', () => {
  it.each([
    [() => bitrateText(0), '0 kb/s'],
    [() => bitrateText(328_400), '328 kb/s'],
    [() => bitrateText(1_250_000), '1.3 Mb/s'],
    [() => percentText(0.083), '8%'],
    [() => percentText(0.083, 1), '8.3%'],
    [() => millisecondsText(0.0234), '23 ms'],
    [() => pixelsText(1920), '1920'],
  ])('%#: are short', (write, expected) => {
    expect(write()).toBe(expected)
  })

  it('are written as the readers of the page write them', () => {
    setCatalogue('de', de)
    expect(bitrateText(1_250_000)).toMatch(/^1,3\sMbit\/s$|^1,3\sMb\/s$/)
    expect(percentText(0.083, 1)).toMatch(/^8,3\s%$/)
  })
})

describe('the quality in words', () => {
  it.each([
    [{ level: 'good' }, 'Good connection'],
    [{ level: 'fair', reason: 'uplinkLoss', loss: 0.08 }, 'Your uplink loses 8%'],
    [{ level: 'poor', reason: 'theirUplink' }, 'Their connection is weak'],
    [{ level: 'lost', reason: 'theirUplink' }, 'Their connection is gone for the moment'],
    [{ level: 'fair', reason: 'downlinkShort' }, 'Your downlink is short: small picture'],
    [{ level: 'lost', reason: 'nothingComes' }, 'Nothing of them arrives here'],
  ] as const)('%o', (quality, expected) => {
    expect(qualityText(quality)).toBe(expected)
  })
})
