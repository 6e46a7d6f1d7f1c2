/** What every browser can do, by whatever protocol, so that one journey runs in each of them. */

/** An element that is in sight: the first of this selector that has this text in it, in the page or in one of its frames. */
export type Place = { css: string; text?: string; frame?: string }

export type Key = "ArrowDown" | "ArrowLeft" | "ArrowRight" | "Enter" | " " | "Tab" | "f"

/** In so many moves a pointer drags something to its place. */
export const DRAG_STEPS = 8

/** The one window of a person. */
export type Tab = {
  goto(url: string): Promise<void>
  reload(): Promise<void>
  /** The value of an expression in the page, or in a frame. */
  evaluate<Value>(expression: string, frame?: string): Promise<Value>
  /** @throws {Error} where there is no such element */
  click(place: Place): Promise<void>
  /** Presses the first place, moves to the second one, and lets go there. */
  drag(from: Place, to: Place): Promise<void>
  press(key: Key): Promise<void>
  /** Types into the element that has the focus. */
  write(text: string): Promise<void>
  forgetCookies(): Promise<void>
  close(): Promise<void>
}

export type Browser = {
  /** Somebody else's window: without cookies, and nothing remembered. */
  open(width: number): Promise<Tab>
  close(): Promise<void>
}

/**
 * The source of a call of a function, with an argument that JSON can hold. The function can use nothing of what
 * surrounds it.
 */
export function call<Given>(work: (given: Given) => unknown, given: Given): string {
  return `(${work})(${JSON.stringify(given)})`
}

/** Runs in the page: the middle of an element that is in sight. */
export function middle(place: Place): { x: number; y: number } | null {
  const { css, text = "" } = place
  const elements = [...document.querySelectorAll(css)].filter((it) => it.textContent.includes(text))
  const box = elements[0]?.getBoundingClientRect()
  return box ? { x: Math.round(box.x + box.width / 2), y: Math.round(box.y + box.height / 2) } : null
}

/** Runs in the page. */
export function find({ css, text = "" }: Place): Element | null {
  const isThere = (element: Element) =>
    element.getClientRects().length > 0 && element.textContent.replace(/\s+/g, " ").includes(text)
  return [...document.querySelectorAll(css)].find(isThere) ?? null
}
