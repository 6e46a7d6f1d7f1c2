/** The start page shows the poll that the host shows: when that is another one, the page goes on to it. */

import { useRef } from "preact/hooks"
import type { BallotData } from "../view/ballot-data"
import type { Casting } from "../view/casting"
import { leave } from "./leave"

type Follow = typeof import("./follow")

/** @returns hears the id of the default poll; null when nobody knows it */
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
        // A browser may remember for as long as the page lives that nothing, or half of it, came from an address.
        tries.current++
        stay.current = null
      })
    }
  }
}
