import { describe, expect, it } from 'vitest'
import { linkParts } from '../../client/ui/model/linkParts.ts'

const links = (text: string) => linkParts(text).flatMap(({ href }) => href ?? [])

describe('links in a message', () => {
  it('leave the text as it was typed', () => {
    for (const text of [
      '',
      'no link',
      'a https://b.example/c d',
      'https://a.example',
      '(see https://a.example/b(c).)',
      '<b>',
    ])
      expect(
        linkParts(text)
          .map((part) => part.text)
          .join(''),
      ).toBe(text)
  })

  it.each([
    ['https://a.example/b?c=d#e', 'https://a.example/b?c=d#e'],
    ['see http://a.example.', 'http://a.example/'],
    ['is it https://a.example/b?', 'https://a.example/b'],
    ['(https://a.example/b)', 'https://a.example/b'],
    ['https://a.example/b_(c)', 'https://a.example/b_(c)'],
    ['HTTPS://A.EXAMPLE/B', 'https://a.example/B'],
    ['"https://a.example/b"', 'https://a.example/b'],
  ])('are found: %s', (text, href) => expect(links(text)).toEqual([href]))

  it.each([
    'javascript:alert(1)',
    'data:text/html,<script>',
    'file:///etc/passwd',
    'xhttps://a.example',
    'https://',
    'https://[',
    'mailto:a@b.example',
  ])('are not made of %s', (text) => expect(links(text)).toEqual([]))

  it('may be several', () =>
    expect(links('https://a.example and https://b.example')).toEqual(['https://a.example/', 'https://b.example/']))
})
