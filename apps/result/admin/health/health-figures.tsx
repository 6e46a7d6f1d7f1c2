/** The state of counting in four numbers, each with an explanation. */

import { useAdminText } from "../admin-text"
import type { Health } from "./health"

export function Figures({ health }: { health: Health }) {
  const { t, number, duration } = useAdminText()
  const waiting = health.shards.reduce((sum, shard) => sum + shard.waiting, 0)
  const alive = health.workers.filter((worker) => worker.alive).length
  return (
    <dl class="figures explained">
      <Figure
        name={t("votesPerSecond")}
        value={number(Math.round(health.votesPerSecond * 10) / 10)}
        hint={t("votesPerSecondText")}
      />
      <Figure name={t("waiting")} value={number(waiting)} hint={t("waitingText")} />
      <Figure
        name={t("longestWait")}
        value={duration(longestWait(health.shards))}
        hint={t("longestWaitText")}
      />
      <Figure name={t("workersAlive")} value={number(alive)} hint={t("workersAliveText")} />
    </dl>
  )
}

/** In milliseconds. Entries are counted in order, so a waiting one came after the last one that was counted. */
function longestWait(shards: Health["shards"]): number {
  const waits = shards.flatMap(({ behind, waiting }) => (waiting > 0 && behind !== null ? [behind] : []))
  return Math.max(0, ...waits)
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
