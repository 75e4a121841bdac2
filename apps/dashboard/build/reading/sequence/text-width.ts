/**
 * Widths of text without a browser: those of Arial, Helvetica and Liberation Sans, which are the same, in thousandths of
 * the font size. The diagrams ask for these fonts.
 */
const CHARACTERS: Readonly<Record<number, string>> = {
  222: "ijl'|",
  278: ' !,./:;[]ftI\\',
  333: '()-r`',
  389: '*"',
  500: 'cksvxyzJ',
  584: '+<=>~×',
  611: 'FTZ',
  667: 'ABEKPSVXY&',
  722: 'CDHNRUw',
  778: 'GOQ',
  833: 'mM',
  944: 'W%@',
  1000: '—…→',
}
/** Digits and most lower-case letters. */
const COMMON = 556
const WIDTHS = new Map(
  Object.entries(CHARACTERS).flatMap(([width, characters]) => [...characters].map((one) => [one, Number(width)])),
)
/** For bold text, and for other fonts if none of these is installed. */
const MARGIN = 1.08

export function widthOf(text: string, fontSize: number): number {
  const units = [...text].reduce((sum, character) => sum + (WIDTHS.get(character) ?? COMMON), 0)
  return (units / 1000) * fontSize * MARGIN
}

export function widestOf(lines: readonly string[], fontSize: number): number {
  return Math.max(...lines.map((line) => widthOf(line, fontSize)))
}

/** Breaks text at spaces into as few lines as possible, then evens out their lengths. A longer word is not broken. */
export function wrap(text: string, maxWidth: number, fontSize: number): string[] {
  const widest = fill(text, maxWidth, fontSize)
  let best = widest
  for (let width = maxWidth - fontSize; width > 0; width -= fontSize / 2) {
    const narrower = fill(text, width, fontSize)
    if (narrower.length > widest.length) break
    best = narrower
  }
  return best
}

function fill(text: string, maxWidth: number, fontSize: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`
    if (lines.length > 0 && widthOf(longer, fontSize) <= maxWidth) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  return lines
}
