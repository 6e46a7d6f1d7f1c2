/** The votes for and against an option and the abstentions as one bar, with the line that the votes for it must reach. Where these are a part of all eligible voters, the bar is, too. */

import type { Motion } from "@tallyroom/lib/outcome/tallied"

export function MotionBar({ motion: { yes, no, abstained, base, needed } }: { motion: Motion }) {
  const whole = Math.max(1, yes + no + abstained, base)
  const part = (count: number) => `${(100 * Math.min(1, count / whole)).toFixed(2)}%`
  // At the end of the bar the line is drawn before it, where it can be seen.
  const atEnd = needed >= whole ? "at-end" : ""
  return (
    <svg class={`bar motion ${atEnd}`} aria-hidden="true">
      <rect class="yes" data-part="bar" width={part(yes)} height="100%" />
      <rect class="no" x={part(yes)} width={part(no)} height="100%" />
      <line class="beside" x1={part(needed)} x2={part(needed)} y1="0" y2="100%" />
      <line class="needed" x1={part(needed)} x2={part(needed)} y1="0" y2="100%" />
    </svg>
  )
}
