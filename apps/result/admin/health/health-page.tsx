/** The state of counting: which worker counts which shard, how fast, and what could not be counted. */

import { useEffect, useState } from "preact/hooks"
import { useAdminText } from "../admin-text"
import { DateTime } from "../parts"
import type { HealthView } from "../views"
import type { Health } from "./health"
import { Figures } from "./health-figures"

const REFRESH_MS = 2_000

export function HealthPage({ health: served }: HealthView) {
  const { t } = useAdminText()
  const health = useHealth(served)
  const unheld = health.shards.filter((shard) => shard.holder === null).length
  return (
    <>
      <h1>{t("health")}</h1>
      <p class={`notice ${unheld > 0 ? "bad" : "good"}`} role="status">
        {unheld > 0 ? t("healthBad", { count: unheld }) : t("healthGood")}
      </p>
      <Setback setback={health.setback} />
      <Figures health={health} />
      <Shards shards={health.shards} />
      <Workers workers={health.workers} />
      <SetAside entries={health.setAside} />
    </>
  )
}

/** Asks again every 2 s while the page is visible. A failure is ignored, as the next answer comes soon. */
function useHealth(served: Health): Health {
  const [health, setHealth] = useState(served)
  useEffect(() => {
    const ask = async () => {
      if (document.visibilityState !== "visible") return
      const answer = await fetch("/admin/health.json").catch(() => null)
      // The session has ended. Loading the page again leads to the page for signing in.
      if (answer?.redirected) return location.reload()
      if (answer?.ok) setHealth(await answer.json())
    }
    const timer = setInterval(() => void ask(), REFRESH_MS)
    return () => clearInterval(timer)
  }, [])
  return health
}

function Setback({ setback }: Pick<Health, "setback">) {
  const { t, duration } = useAdminText()
  if (setback === null) return null
  const { ago, lost } = setback
  return (
    <p class="notice bad" role="status">
      {t("postgresWentBack", { count: lost, time: duration(ago) })}
    </p>
  )
}

function Shards({ shards }: Pick<Health, "shards">) {
  const { t, number, duration } = useAdminText()
  return (
    <section class="card">
      <h2>{t("shards")}</h2>
      <p class="muted">{t("shardsText")}</p>
      <div class="wide-table">
        <table>
          <thead>
            <tr>
              <th scope="col">{t("shard")}</th>
              <th scope="col">{t("worker")}</th>
              <th scope="col">{t("lastCounted")}</th>
              <th scope="col" class="number">
                {t("waiting")}
              </th>
            </tr>
          </thead>
          <tbody>
            {shards.map(({ shard, holder, latest, waiting }) => (
              <tr key={shard}>
                <th scope="row">{number(shard)}</th>
                <td>
                  {holder ? <code>{shortId(holder)}</code> : <span class="chip bad">{t("nobody")}</span>}
                </td>
                <td>{latest === null ? t("never") : t("ago", { time: duration(latest) })}</td>
                <td class="number">{number(waiting)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function Workers({ workers }: Pick<Health, "workers">) {
  const { t, list } = useAdminText()
  return (
    <section class="card">
      <h2>{t("workers")}</h2>
      {workers.length === 0 && <p>{t("noWorkers")}</p>}
      <ul class="plain">
        {workers.map(({ id, alive, shards }) => (
          <li key={id}>
            <code>{shortId(id)}</code>{" "}
            <span class={`chip ${alive ? "good" : "bad"}`}>{alive ? t("alive") : t("silent")}</span>{" "}
            {shards.length > 0
              ? t("countsShards", { count: shards.length, shards: list(shards.map(String)) })
              : t("standsBy")}
          </li>
        ))}
      </ul>
    </section>
  )
}

function SetAside({ entries }: { entries: Health["setAside"] }) {
  const { t } = useAdminText()
  return (
    <section class="card">
      <h2>{t("setAside")}</h2>
      <p class="muted">{entries.length === 0 ? t("setAsideNone") : t("setAsideText")}</p>
      <ul class="plain" hidden={entries.length === 0}>
        {entries.map(({ shard, poll, reason, raw, at }, i) => (
          <li key={`${at} ${shard} ${i}`}>
            <DateTime at={at} /> · {t(`reason-${reason}`)}
            {poll && (
              <>
                {" · "}
                <a href={`/admin/polls/${poll}`}>{poll}</a>
              </>
            )}
            {raw && <code class="raw">{raw}</code>}
          </li>
        ))}
      </ul>
    </section>
  )
}

/** The beginning of a worker's id, which is enough to find it in the logs. */
function shortId(id: string): string {
  return id.slice(0, 8)
}
