/** Codes as cards to print and cut, twelve on a page of A4 or Letter. */

import { Qr } from "../../http/qr"
import { unreachableHost, withoutScheme } from "../../http/vote-address"
import type { AdminText } from "../admin-text"
import { BackLink } from "../parts"
import { PRINT_AT_ONCE } from "./codes-page"

const CARDS_A_PAGE = 12

export type Card = { number: number; code: string; url: string }

type Props = {
  poll: { id: string; title: string }
  cards: Card[]
  text: AdminText
  /** The number of the first code after these sheets; null when there is none. */
  next: number | null
}

export function CodeSheet({ poll, cards, text, next }: Props) {
  const { t } = text
  const pages = Array.from({ length: Math.ceil(cards.length / CARDS_A_PAGE) }, (_, i) =>
    cards.slice(i * CARDS_A_PAGE, (i + 1) * CARDS_A_PAGE),
  )
  const host = unreachableHost(cards[0]?.url ?? "")
  return (
    <>
      <div class="sheet-head">
        <BackLink href={`/admin/polls/${poll.id}/codes`}>{t("codes")}</BackLink>
        <h1 dir="auto">{poll.title}</h1>
        {host && <p class="notice bad">{t("ownMachine", { host })}</p>}
        <p>{t("sheetText", { count: cards.length, from: cards[0]?.number ?? 1 })}</p>
        <p class="buttons">
          <button class="button primary" type="button" data-print hidden>
            {t("printNow")}
          </button>
          {next !== null && (
            <a
              class="button"
              href={`/admin/polls/${poll.id}/codes/print?from=${next}&count=${PRINT_AT_ONCE}`}
            >
              {t("nextSheet")}
            </a>
          )}
        </p>
      </div>
      {pages.map((page) => (
        <section key={page[0]?.number} class="sheet">
          {page.map((card) => (
            <CodeCard key={card.number} card={card} title={poll.title} text={text} />
          ))}
        </section>
      ))}
    </>
  )
}

function CodeCard({ card, title, text }: { card: Card; title: string; text: AdminText }) {
  return (
    <article class="code-card">
      <p class="code-title" dir="auto">
        {title}
      </p>
      <Qr text={card.url} label={text.t("qrLabel", { code: card.code })} />
      <p class="code">{card.code}</p>
      <p class="code-text">{text.t("cardText")}</p>
      <p class="code-address">{withoutScheme(card.url.replace(/\?.*$/, ""))}</p>
    </article>
  )
}
