/** The big screen: one poll of the list at a time, controlled by keys. */

import { translator } from "@tallyroom/lib/ui/i18n"
import { useRef, useState } from "preact/hooks"
import { useMounted } from "../live/use-mounted"
import { hasFullScreen, toggleFullScreen } from "./browser/full-screen"
import type { StageData } from "./stage-data"
import { StageFoot } from "./stage-foot"
import { KeysDialog } from "./stage-keys"
import { StagePoll } from "./stage-poll"
import { useStageKeys } from "./use-stage-keys"
import { useStageMove } from "./use-stage-move"
import { useWakeLock } from "./use-wake-lock"

export function StageApp(first: StageData) {
  const { data, failure, move } = useStageMove(first)
  const [covered, setCovered] = useState(false)
  const [revealed, setRevealed] = useState({ poll: "", steps: 0 })
  const keys = useRef<HTMLDialogElement>(null)
  const canFill = useMounted() && hasFullScreen()
  const canReveal = data.ranking !== null
  const text = translator(data.language, data.messages)
  const actions = {
    cover: () => setCovered((before) => !before),
    reveal: () => setRevealed((before) => afterReveal(before, data.snapshot.poll)),
    fullScreen: () => void toggleFullScreen(),
    previous: () => void move(-1),
    next: () => void move(1),
    keys: () => (keys.current?.open ? keys.current.close() : keys.current?.showModal()),
  }
  useStageKeys(actions, keys)
  useWakeLock()
  return (
    <div class="stage">
      <StagePoll
        key={data.snapshot.poll}
        {...{ data, text, covered }}
        revealed={revealed.poll === data.snapshot.poll ? revealed.steps : 0}
      />
      <StageFoot {...{ actions, covered, canFill, canReveal, text }} failure={failure && text.t(failure)} />
      <KeysDialog dialog={keys} canFill={canFill} canReveal={canReveal} text={text} />
    </div>
  )
}

/** What is revealed of one poll says nothing of the next one. */
function afterReveal(before: { poll: string; steps: number }, poll: string) {
  return { poll, steps: before.poll === poll ? before.steps + 1 : 1 }
}
