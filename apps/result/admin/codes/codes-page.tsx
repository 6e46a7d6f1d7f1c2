/** The page on which codes are made, printed and downloaded. */

import { useAdminText } from "../admin-text"
import { BackLink, describedBy, Field, NoticeBox } from "../parts"
import type { CodesView } from "../views"

/** The most codes that are made at once, and the most that are printed at once, each with a QR code. */
export const MAKE_AT_ONCE = 10_000
export const PRINT_AT_ONCE = 1_000

export function CodesPage({ poll, codes, made, wanted, error, notice }: CodesView) {
  const { t } = useAdminText()
  return (
    <>
      <BackLink href={`/admin/polls/${poll.id}`}>
        <bdi>{poll.title}</bdi>
      </BackLink>
      <h1>{t("codes")}</h1>
      <NoticeBox notice={notice} />
      <dl class="figures">
        <Figure name={t("made")} value={codes.made} />
        <Figure name={t("used")} value={codes.used} />
        <Figure name={t("unused")} value={Math.max(0, codes.made - codes.used)} />
      </dl>
      <div class="columns">
        <MakeForm id={poll.id} wanted={wanted} error={error} />
        {codes.made > 0 && <PrintForm id={poll.id} codes={codes} made={made} />}
      </div>
    </>
  )
}

function Figure({ name, value }: { name: string; value: number }) {
  const { number } = useAdminText()
  return (
    <div class="card">
      <dt>{name}</dt>
      <dd class="number">{number(value)}</dd>
    </div>
  )
}

function MakeForm({ id, wanted, error }: { id: string } & Pick<CodesView, "wanted" | "error">) {
  const { t } = useAdminText()
  return (
    <form class="card" method="post" action={`/admin/polls/${id}/codes`}>
      <h2>{t("makeCodes")}</h2>
      <Field id="count" label={t("howManyNew")} hint={t("makeHint", { most: MAKE_AT_ONCE })} error={error}>
        <input
          id="count"
          name="count"
          type="number"
          min={1}
          max={MAKE_AT_ONCE}
          value={wanted}
          aria-describedby={describedBy("count")}
          aria-invalid={error !== null}
          autofocus={error !== null}
          required
        />
      </Field>
      <button class="button primary" type="submit">
        {t("makeCodes")}
      </button>
    </form>
  )
}

function PrintForm({ id, codes, made }: { id: string } & Pick<CodesView, "codes" | "made">) {
  const { t } = useAdminText()
  const from = made?.from ?? 1
  const count = Math.min(made?.count ?? codes.made, PRINT_AT_ONCE)
  return (
    <form class="card" method="get" action={`/admin/polls/${id}/codes/print`}>
      <h2>{t("takeCodes")}</h2>
      <p>{made ? t("justMade", { from: made.from, to: made.from + made.count - 1 }) : t("takeText")}</p>
      <div class="pair">
        <Field id="from" label={t("fromCode")}>
          <input id="from" name="from" type="number" min={1} max={codes.made} value={from} required />
        </Field>
        <Field id="number" label={t("howMany")} hint={t("printHint", { most: PRINT_AT_ONCE })}>
          <input id="number" name="count" type="number" min={1} max={MAKE_AT_ONCE} value={count} required />
        </Field>
      </div>
      <div class="buttons">
        <button class="button primary" type="submit">
          {t("printSheet")}
        </button>
        <button class="button" type="submit" formAction={`/admin/polls/${id}/codes.csv`}>
          {t("downloadCsv")}
        </button>
      </div>
    </form>
  )
}
