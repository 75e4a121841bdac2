/** Creates elements. Text is always set as text, never parsed. */
const SVG = 'http://www.w3.org/2000/svg'

type Attributes = Readonly<Record<string, string | number>>
type Children = readonly (Node | string)[]

export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: Children
): HTMLElementTagNameMap[Name] {
  return built(document.createElement(name), attributes, children)
}

export function svgElement<Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: Children
): SVGElementTagNameMap[Name] {
  return built(document.createElementNS(SVG, name), attributes, children)
}

function built<E extends Element>(made: E, attributes: Attributes, children: Children): E {
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value))
  made.append(...children)
  return made
}
