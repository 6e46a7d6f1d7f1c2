/** Keeps the page's tally up to date. */

import type { Snapshot } from "../snapshot"
import { keepWatching } from "./live-socket"
import { show } from "./show"

const tally = document.querySelector<HTMLElement>("#tally")
const connection = document.querySelector("#connection")

if (tally && connection) {
  let version = Number(tally.dataset.version)
  const address = new URL(tally.dataset.live ?? "", location.href)
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:"
  keepWatching(address, {
    onSnapshot: (snapshot: Snapshot) => {
      // A slower replica, or an answer that came late: what is shown is newer.
      if (snapshot.version <= version) return
      version = snapshot.version
      show(tally, snapshot)
    },
    onState: (state) => {
      connection.textContent =
        state === "live" ? "Live" : "Not connected: the numbers may be old. Trying again…"
    },
  })
}
