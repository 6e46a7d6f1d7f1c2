/** What a poll decides as a list: a motion and what becomes of it stand on lines of their own. */

import type { OutcomeLine } from "./outcome-sentences"

type Props = {
  /** How many motions have which outcome: the list then opens below it. Null where the lines are few. */
  counts: string | null
  lines: readonly OutcomeLine[]
}

export function OutcomeList({ counts, lines }: Props) {
  if (counts === null) return <Lines lines={lines} />
  return (
    <details class="outcome-list">
      <summary>{counts}</summary>
      <Lines lines={lines} />
    </details>
  )
}

function Lines({ lines }: Pick<Props, "lines">) {
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
