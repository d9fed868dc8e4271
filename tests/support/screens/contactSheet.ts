import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { openPage } from '../browsers.ts'

export type Shot = { title: string; png: Uint8Array }

type Options = { title: string; columns: number; shotWidth: number; dark?: boolean }

/** Draws shots beside each other, smaller, each with its title. @returns how many bytes the picture has */
export async function writeContactSheet(path: string, shots: readonly Shot[], options: Options): Promise<number> {
  const { title, columns, shotWidth, dark = false } = options
  const page = await openPage('chromium', 'about:blank', { width: columns * (shotWidth + 24) + 24, height: 400 })
  const figures = shots.map(
    (shot) =>
      `<figure><img src="data:image/png;base64,${Buffer.from(shot.png).toString('base64')}"><figcaption>${shot.title}</figcaption></figure>`,
  )
  await page.setContent(`<!doctype html><style>
    body { margin: 0; padding: 24px; font: 15px system-ui, sans-serif; ${dark ? 'background: #2b2f34; color: #eceae4' : 'background: #ffffff; color: #1e1d1a'} }
    h1 { margin: 0 0 16px; font-size: 20px }
    main { display: grid; grid-template-columns: repeat(${columns}, ${shotWidth}px); gap: 20px 24px }
    figure { margin: 0 }
    img { display: block; width: 100%; border-radius: 6px; box-shadow: 0 0 0 1px rgb(128 128 128 / 45%) }
    figcaption { margin-top: 6px }
  </style><h1>${title}</h1><main>${figures.join('')}</main>`)
  await page.waitForFunction(() => [...document.images].every(({ complete, naturalWidth }) => complete && naturalWidth))
  const picture = await page.screenshot({ type: 'webp', quality: 80, fullPage: true })
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, picture)
  return picture.length
}
