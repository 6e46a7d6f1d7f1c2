/** A viewer: a WebSocket to the live results, and the snapshots that came through it. */

import { WebSocket } from "k6/websockets"
import { RESULT_URL } from "./instance.ts"

export type Seen = { version: number; total: number }

/** Connects to the live results of a poll. `onSnapshot` gets each snapshot, `onEnd` whether the server or the network ended it. */
export function watch(
  poll: string,
  onSnapshot: (seen: Seen) => void,
  onEnd: (lost: boolean) => void = () => {},
): { close(): void } {
  const socket = new WebSocket(`${RESULT_URL.replace(/^http/, "ws")}/live?poll=${poll}&then=numbers`)
  let closing = false
  socket.onmessage = (message) => {
    const { version, total } = JSON.parse(String(message?.data)) as Partial<Seen>
    if (version !== undefined && total !== undefined) onSnapshot({ version, total })
  }
  socket.onerror = () => {}
  socket.onclose = () => onEnd(!closing)
  return {
    close() {
      closing = true
      socket.close()
    },
  }
}
