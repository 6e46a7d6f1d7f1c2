/** Whether the page around an element is light or dark. */

/** Half way between black and white. */
const MIDDLE = 128

/** Decides by the nearest background that is not transparent, or else by the color-scheme of the page. */
export function themeAround(element: Element): "light" | "dark" {
  for (let it: Element | null = element.parentElement; it; it = it.parentElement) {
    const brightness = brightnessOf(getComputedStyle(it).backgroundColor)
    if (brightness !== null) return brightness < MIDDLE ? "dark" : "light"
  }
  return canvasIsDark() ? "dark" : "light"
}

/** From 0 to 255; null for a transparent colour. The colour is painted, as a canvas understands every notation. */
function brightnessOf(colour: string): number | null {
  const pen = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d")
  if (!pen) return null
  pen.fillStyle = colour
  pen.fillRect(0, 0, 1, 1)
  const [red = 0, green = 0, blue = 0, opacity = 0] = pen.getImageData(0, 0, 1, 1).data
  return opacity < MIDDLE ? null : 0.299 * red + 0.587 * green + 0.114 * blue
}

/** Whether browsers paint a dark background where the page paints none. */
function canvasIsDark(): boolean {
  const schemes = getComputedStyle(document.documentElement).colorScheme.split(" ")
  if (!schemes.includes("dark")) return false
  return !schemes.includes("light") || matchMedia("(prefers-color-scheme: dark)").matches
}
