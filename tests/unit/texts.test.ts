import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { t } from '../../client/ui/i18n/t.ts'

const folder = join(import.meta.dirname, '../../client/ui')

describe('texts', () => {
  it('are filled in', () => {
    expect(t('announce.joined', { name: 'Ana' })).toBe('Ana has joined')
    expect(t('call.page', { page: 2, count: 3 })).toBe('Page 2 of 3')
    expect(t('announce.joined', { name: '{name} $1' })).toBe('{name} $1 has joined')
  })

  it('have the plural form that the number asks for', () => {
    expect(t('call.people', { count: 1 })).toBe('1 person')
    expect(t('call.people', { count: 0 })).toBe('0 people')
    expect(t('call.people', { count: 21 })).toBe('21 people')
  })

  it.each(globSync('**/*.tsx', { cwd: folder }))('stand in the catalogue, not in %s', (file) => {
    const source = readFileSync(join(folder, file), 'utf8')
    const inElements = source.match(/<\/?[a-z][^<>]*>\s*[\p{L}][^<>{}]*<\//giu) ?? []
    const inAttributes = source.match(/\b(aria-label|title|alt|placeholder)="[^"]+"/g) ?? []
    expect([...inElements, ...inAttributes]).toEqual([])
  })
})
