/** The start page shows the poll that the host shows. When that becomes another one, the page leads on to it. */

import { useRef } from "preact/hooks"
import type { BallotData } from "../view/ballot-data"
import type { Casting } from "../view/casting"
import { leave } from "./leave"

type Follow = typeof import("./follow")

/** @returns a function to be called with the id of the default poll; null if it is unknown */
export function useFollow({ follow, poll, language }: BallotData, casting: Casting) {
  const latest = useRef(casting)
  latest.current = casting
  const stay = useRef<(() => void) | null>(null)
  const stays = useRef(false)
  const tries = useRef(0)
  return (shown: string | null) => {
    if (!follow || shown === null || stays.current) return
    if (shown === poll.id) {
      stay.current?.()
      stay.current = null
    } else if (latest.current.stake() === "none") leave(() => location.replace("/"))
    else if (!stay.current) {
      stay.current = () => {}
      const move = (module: Follow) => {
        const onStay = () => {
          stays.current = true
        }
        stay.current = module.goOn({ language, poll: poll.id, onStay, stake: () => latest.current.stake() })
      }
      import(tries.current ? `${follow}?${tries.current}` : follow).then(move).catch(() => {
        // A browser may remember, as long as the page lives, that loading from an address failed: so the next try has another.
        tries.current++
        stay.current = null
      })
    }
  }
}
