/** Colours as channels, and the contrast between two of them (WCAG 2.2, "relative luminance"). */

export type Channels = readonly [red: number, green: number, blue: number]

/** Reads "#2f6fed". */
export function fromHex(hex: string): Channels {
  const value = Number.parseInt(hex.slice(1), 16)
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255]
}

export function toHex(channels: Channels): string {
  return `#${channels.map((channel) => Math.round(channel).toString(16).padStart(2, "0")).join("")}`
}

/** A mix of two colours, with this part of the second one. */
export function mix(from: Channels, to: Channels, part: number): Channels {
  const [red, green, blue] = from
  const [toRed, toGreen, toBlue] = to
  return [red + (toRed - red) * part, green + (toGreen - green) * part, blue + (toBlue - blue) * part]
}

/** From 1 (equal) to 21 (black on white). */
export function contrast(a: Channels, b: Channels): number {
  const [darker = 0, lighter = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (lighter + 0.05) / (darker + 0.05)
}

function luminance([red, green, blue]: Channels): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

function linear(channel: number): number {
  const part = channel / 255
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
}
