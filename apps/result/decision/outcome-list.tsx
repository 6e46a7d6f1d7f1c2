/** What a poll decides as a list: a motion and what becomes of it stand on lines of their own. */

import type { OutcomeLine } from "./outcome-sentences"

export function OutcomeList({ lines }: { lines: readonly OutcomeLine[] }) {
  return (
    <ul class="outcome-list">
      {lines.map(({ of, says }) => (
        <li key={`${of} ${says}`}>
          {of !== null && (
            <>
              <span class="motion">
                <bdi>{of}</bdi>
              </span>
              <span class="visually-hidden"> – </span>
            </>
          )}
          {says}
        </li>
      ))}
    </ul>
  )
}
