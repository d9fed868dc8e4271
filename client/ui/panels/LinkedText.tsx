import { linkParts } from '../model/linkParts.ts'

/** A text as it was typed, its web addresses to be clicked. Text nodes only: markup in it stays visible text. */
export function LinkedText({ text }: { text: string }) {
  return (
    <>
      {linkParts(text).map((part, index) =>
        part.href ? (
          <a key={index} href={part.href} target="_blank" rel="noopener noreferrer nofollow">
            {part.text}
          </a>
        ) : (
          part.text
        ),
      )}
    </>
  )
}
