/** Small helpers for elements. Text is always set as text, never as HTML. */

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>

/** `true` sets an empty attribute; `false` and undefined leave it out. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : String(value))
  }
  element.append(...children)
  return element
}

/** Leaves an unchanged text alone, so that nothing is laid out again. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text
}

/** Shows these children, in this order. Those that keep their place are left alone: a moved one would lose the focus. */
export function setChildren(parent: Element, children: readonly Element[]): void {
  const wanted = new Set(children)
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove()
  children.forEach((child, place) => {
    const there = parent.children[place]
    if (there !== child) parent.insertBefore(child, there ?? null)
  })
}

/** @throws if the page has no such element */
export function byId<T extends HTMLElement>(id: string): T {
  const element = document.getElementById(id)
  if (element === null) throw new Error(`no element #${id}`)
  return element as T
}
