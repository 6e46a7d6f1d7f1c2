/** All polls with their state and their numbers, which move by themselves where scripts run. */

import type { ListView, PollSummary } from "../views"
import { NoticeBox, PollChips, PollTimes } from "./parts"
import { useLiveSummaries } from "./use-live-summaries"
import { useWords } from "./words"

export function ListPage({ polls, archived, archivedCount, notice }: ListView) {
  const { t } = useWords()
  const shown = useLiveSummaries(polls)
  return (
    <>
      <div class="page-head">
        <h1>{archived ? t("archivedPolls") : t("polls")}</h1>
        <a class="button primary" href="/admin/new">
          {t("newPoll")}
        </a>
      </div>
      <NoticeBox notice={notice} />
      {shown.length === 0 && <p class="card empty">{archived ? t("noArchived") : t("noPolls")}</p>}
      <ul class="poll-list">
        {shown.map((poll) => (
          <PollRow key={poll.id} poll={poll} />
        ))}
      </ul>
      {archived ? (
        <a class="button" href="/admin">
          {t("showCurrent")}
        </a>
      ) : (
        archivedCount > 0 && (
          <a class="button" href="/admin?archived=1">
            {t("showArchived", { count: archivedCount })}
          </a>
        )
      )}
    </>
  )
}

function PollRow({ poll }: { poll: PollSummary }) {
  const { t, number } = useWords()
  return (
    <li class="card poll-row" data-poll={poll.id}>
      <div>
        <h2>
          <a href={`/admin/polls/${poll.id}`}>{poll.title}</a>
        </h2>
        <p class="poll-facts">
          <PollChips poll={poll} />
          <code>{poll.id}</code>
          <PollTimes poll={poll} />
        </p>
      </div>
      <p class="poll-votes">
        <strong class="number" data-part="total">
          {number(poll.total)}
        </strong>{" "}
        {t("votesUnit", { count: poll.total })}
      </p>
    </li>
  )
}
