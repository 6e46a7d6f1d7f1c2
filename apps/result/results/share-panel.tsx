/** Shares the ballot and the results: a QR code, links, and buttons that copy them. */

import { qrSvg } from "../http/qr"
import { unreachableHost, withoutScheme } from "../http/vote-address"
import { Markup } from "./markup"
import type { ResultsData, ResultsText } from "./results-data"

type Props = { data: ResultsData; text: ResultsText; resultsAddress: string }

export function SharePanel({ data, text, resultsAddress }: Props) {
  const { t } = text
  const { ballot, stage } = data.addresses
  const host = unreachableHost(ballot)
  return (
    <section class="card share" aria-labelledby="share-title">
      <h2 id="share-title">{t("shareTitle")}</h2>
      <figure class="scan until-over">
        <Markup html={qrSvg(ballot, { label: t("qr") })} />
        <figcaption>
          {t("scan")}
          <a class="scan-link" href={ballot}>
            {withoutScheme(ballot)}
          </a>
        </figcaption>
        {host !== null && <p class="notice warn unreachable">{t("ownMachine", { host })}</p>}
      </figure>
      <div class="share-actions">
        <CopyButton link={ballot} offer={t("copyBallot")} text={text} className="until-over" />
        <CopyButton link={resultsAddress} offer={t("copyResults")} text={text} />
        <a class="button" href={stage}>
          {t("stage")}
        </a>
        <a class="button" href="/receipts">
          {t("enterReceipt")}
        </a>
      </div>
    </section>
  )
}

type CopyProps = { link: string; offer: string; text: ResultsText; className?: string }

/** The button is hidden until a script can copy. */
function CopyButton({ link, offer, text: { t }, className = "" }: CopyProps) {
  return (
    <button
      type="button"
      class={`button ${className}`}
      hidden
      data-copy={link}
      data-copied={t("copied")}
      data-failed={t("copyFailed")}
      aria-live="polite"
    >
      {offer}
    </button>
  )
}
