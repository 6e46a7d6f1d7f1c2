/** Chooses the order of the options. The choices are links, so they work without scripts; with scripts the page is not loaded anew. */

import type { Order } from "../tally/tally-view"
import type { ResultsText } from "./results-data"

const ORDERS = ["ballot", "votes"] as const satisfies Order[]

type Props = {
  order: Order
  /** Whether ratings are compared, and not votes. */
  isRated: boolean
  onChange: (order: Order) => void
  text: ResultsText
}

export function OrderSwitch({ order, isRated, onChange, text }: Props) {
  const votes = isRated ? "orderBest" : "orderVotes"
  const choose = (event: MouseEvent, next: Order) => {
    event.preventDefault()
    onChange(next)
    const address = new URL(location.href)
    address.searchParams.set("order", next)
    history.replaceState(history.state, "", address)
  }
  return (
    <nav class="order" aria-label={text.t("order")}>
      {ORDERS.map((it) => (
        <a
          key={it}
          href={`?order=${it}`}
          aria-current={it === order ? "true" : undefined}
          onClick={(event) => choose(event, it)}
        >
          {text.t(it === "ballot" ? "orderBallot" : votes)}
        </a>
      ))}
    </nav>
  )
}
