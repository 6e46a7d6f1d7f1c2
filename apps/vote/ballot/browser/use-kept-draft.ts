/** Keeps what is filled in on a long ballot, for when its page is loaded again: phones do so by themselves when they are short of memory. */

import { choiceProblem } from "@tallyroom/lib/ballots/choice"
import { useLayoutEffect, useRef } from "preact/hooks"
import type { OpenBallot } from "../view/ballot-kind"
import { drafts } from "./memory"

/** A vote that is being changed is not kept: the page begins with what stands. */
export function useKeptDraft({ data, poll, casting, chosen, before }: OpenBallot): void {
  const { live, sending } = casting
  const isFirst = useRef(true)
  // Before the page is painted: whoever sees it may load it again at once.
  useLayoutEffect(() => {
    if (!live || before) return
    const left = isFirst.current && !chosen && !sending ? drafts.read(data) : null
    isFirst.current = false
    if (chosen) drafts.write(data, chosen)
    else drafts.forget(data)
    if (!left || left.words !== poll.words) return
    const kind = choiceProblem(poll, left.choice)?.kind
    if (kind === undefined || kind === "too-few") casting.choose(left.choice, left.words)
  }, [chosen, live, before])
}
