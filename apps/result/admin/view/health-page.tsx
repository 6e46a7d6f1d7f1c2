/** How the counting goes: who counts what, how fast, and what could not be counted. */

import { useEffect, useState } from "preact/hooks"
import type { Health } from "../health"
import type { HealthView } from "../views"
import { DateTime } from "./parts"
import { useWords } from "./words"

const REFRESH_MS = 2_000

export function HealthPage({ health: served }: HealthView) {
  const { t, number, duration } = useWords()
  const health = useHealth(served)
  const longest = longestWait(health.shards)
  const waiting = health.shards.reduce((sum, shard) => sum + shard.waiting, 0)
  const alive = health.workers.filter((worker) => worker.alive).length
  const unheld = health.shards.filter((shard) => shard.holder === null).length
  return (
    <>
      <h1>{t("health")}</h1>
      <p class={`notice ${unheld > 0 ? "bad" : "good"}`} role="status">
        {unheld > 0 ? t("healthBad", { count: unheld }) : t("healthGood")}
      </p>
      <dl class="figures">
        <Figure
          name={t("votesPerSecond")}
          value={number(Math.round(health.votesPerSecond * 10) / 10)}
          hint={t("votesPerSecondText")}
        />
        <Figure name={t("waiting")} value={number(waiting)} hint={t("waitingText")} />
        <Figure
          name={t("longestWait")}
          value={longest === null ? t("nothingWaits") : duration(longest)}
          hint={t("longestWaitText")}
        />
        <Figure name={t("workersAlive")} value={number(alive)} hint={t("workersAliveText")} />
      </dl>
      <Shards shards={health.shards} />
      <Workers workers={health.workers} />
      <SetAside entries={health.setAside} />
    </>
  )
}

/** Asks again while the page is looked at. A failure is passed over: the next answer comes soon. */
function useHealth(served: Health): Health {
  const [health, setHealth] = useState(served)
  useEffect(() => {
    const ask = async () => {
      if (document.visibilityState !== "visible") return
      const answer = await fetch("/admin/health.json").catch(() => null)
      // The session has ended: the page itself leads to the door.
      if (answer?.redirected) return location.reload()
      if (answer?.ok) setHealth(await answer.json())
    }
    const timer = setInterval(() => void ask(), REFRESH_MS)
    return () => clearInterval(timer)
  }, [])
  return health
}

/** Milliseconds; entries are counted in order, so what waits came after the last that was counted. Null when none does. */
function longestWait(shards: Health["shards"]): number | null {
  const ages = shards.flatMap(({ age, waiting }) => (waiting > 0 && age !== null ? [age] : []))
  return ages.length > 0 ? Math.max(...ages) : null
}

function Figure({ name, value, hint }: { name: string; value: string; hint: string }) {
  return (
    <div class="card">
      <dt>{name}</dt>
      <dd class="number">
        {value} <span class="hint">{hint}</span>
      </dd>
    </div>
  )
}

function Shards({ shards }: Pick<Health, "shards">) {
  const { t, number, duration } = useWords()
  return (
    <section class="card">
      <h2>{t("shards")}</h2>
      <p class="muted">{t("shardsText")}</p>
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
          {shards.map(({ shard, holder, age, waiting }) => (
            <tr key={shard}>
              <th scope="row">{number(shard)}</th>
              <td>{holder ? <code>{shortId(holder)}</code> : <span class="chip bad">{t("nobody")}</span>}</td>
              <td>{age === null ? t("never") : t("ago", { time: duration(age) })}</td>
              <td class="number">{number(waiting)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Workers({ workers }: Pick<Health, "workers">) {
  const { t, list } = useWords()
  return (
    <section class="card">
      <h2>{t("workers")}</h2>
      {workers.length === 0 && <p>{t("noWorkers")}</p>}
      <ul class="plain">
        {workers.map(({ id, alive, shards }) => (
          <li key={id}>
            <code>{shortId(id)}</code>{" "}
            <span class={`chip ${alive ? "good" : "bad"}`}>{alive ? t("alive") : t("silent")}</span>{" "}
            {shards.length > 0 ? t("countsShards", { shards: list(shards.map(String)) }) : t("standsBy")}
          </li>
        ))}
      </ul>
    </section>
  )
}

function SetAside({ entries }: { entries: Health["setAside"] }) {
  const { t } = useWords()
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

/** Enough of a worker's id to tell it from others in the logs. */
function shortId(id: string): string {
  return id.slice(0, 8)
}
