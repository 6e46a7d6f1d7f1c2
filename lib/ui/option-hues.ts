/** Hues for options without a colour, which differ from the colours that other options of the poll have. */

import { optionColours, PALETTE } from "./colour"
import { fromHex } from "./contrast"

/** Two colours look alike if the sum of the differences of their channels is smaller. */
const ALIKE = 45

/**
 * The options, where one without a colour gets one if the hue of its place looks like the colour of another option. Up to
 * twelve options all look different, as long as the chosen colours do.
 */
export function withDistinctColours<Option extends { colour?: string | undefined }>(
  options: readonly Option[],
): Option[] {
  const chosen = options.flatMap(({ colour }) => colour ?? [])
  if (chosen.length === 0) return [...options]
  const isFree = (hue: string) => !chosen.some((colour) => areAlike(colour, hue))
  const own = options.map(({ colour }, i) => (colour ? undefined : PALETTE[i % PALETTE.length]))
  const spare = PALETTE.filter((hue) => isFree(hue) && !own.includes(hue))
  const others = spare.length > 0 ? spare : PALETTE.filter(isFree)
  let taken = 0
  return options.map((option, i) => {
    const hue = own[i]
    if (hue === undefined || isFree(hue)) return option
    const colour = others[taken++ % others.length]
    return colour ? { ...option, colour } : option
  })
}

/** Whether two colours look alike as they are drawn, in light or in dark. */
function areAlike(one: string, other: string): boolean {
  const [mine, theirs] = [one, other].map((colour) => optionColours({ colour }, 0))
  if (!mine || !theirs) return false
  return (["light", "dark"] as const).some(
    (scheme) => distance(mine[scheme].fill, theirs[scheme].fill) < ALIKE,
  )
}

function distance(one: string, other: string): number {
  const channels = fromHex(other)
  return fromHex(one).reduce((sum, channel, i) => sum + Math.abs(channel - (channels[i] ?? 0)), 0)
}
