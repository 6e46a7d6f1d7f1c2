/** The list of polls with their phases and numbers, which are live where scripts run. */

import { useAdminText } from "../admin-text"
import { NoticeBox, PollChips, PollTimes } from "../parts"
import type { ListPart, ListView, PollSummary } from "../views"
import { listAddress } from "./list-address"
import { OrderedList } from "./order-page"
import { useLiveSummaries } from "./use-live-summaries"
import { useStopping } from "./use-stopping"

/** With so many polls the list can be searched. */
const MANY = 10

export function ListPage({ polls, part, archivedCount, notice }: ListView) {
  const { t } = useAdminText()
  const shown = useLiveSummaries(polls)
  const { archived, search, listedCount } = part
  return (
    <>
      <div class="page-head">
        <h1>{archived ? t("archivedPolls") : t("polls")}</h1>
        <a class="button primary" href="/admin/new">
          {t("newPoll")}
        </a>
      </div>
      <NoticeBox notice={notice} />
      {(listedCount >= MANY || search !== "") && <Search part={part} />}
      {shown.length === 0 && <p class="card empty">{t(whyEmpty(part))}</p>}
      {part.ordering ? (
        <OrderedList polls={shown} part={part} />
      ) : (
        <ul class="poll-list">
          {shown.map((poll) => (
            <PollRow key={poll.id} poll={poll} />
          ))}
        </ul>
      )}
      <Pages part={part} />
      <p class="buttons">
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
        {!part.ordering && search === "" && listedCount > 1 && (
          <a class="button" href={listAddress({ ...part, ordering: true }, part.page)}>
            {t("changeOrder")}
          </a>
        )}
      </p>
    </>
  )
}

function whyEmpty({ search, archived }: ListPart): "noneFound" | "noArchived" | "noPolls" {
  if (search !== "") return "noneFound"
  return archived ? "noArchived" : "noPolls"
}

function Search({ part: { archived, search } }: { part: ListPart }) {
  const { t } = useAdminText()
  return (
    <search>
      <form class="poll-search" action="/admin">
        {archived && <input type="hidden" name="archived" value="1" />}
        <input
          type="search"
          name="q"
          value={search}
          dir="auto"
          maxLength={200}
          aria-label={t("searchPolls")}
          placeholder={t("searchPolls")}
        />
        <button class="button" type="submit">
          {t("search")}
        </button>
        {search !== "" && (
          <a class="button" href={archived ? "/admin?archived=1" : "/admin"}>
            {t("searchAll")}
          </a>
        )}
      </form>
    </search>
  )
}

function Pages({ part }: { part: ListPart }) {
  const { t, number } = useAdminText()
  const { page, hasNext, from, to, count } = part
  if (page === 1 && !hasNext) return null
  return (
    <nav class="poll-pages" aria-label={t("pages")}>
      {page > 1 && (
        <a class="button" href={listAddress(part, page - 1)} rel="prev">
          {t("previousPage")}
        </a>
      )}
      <span class="muted">{t("shownOf", { from: number(from), to: number(to), all: number(count) })}</span>
      {hasNext && (
        <a class="button" href={listAddress(part, page + 1)} rel="next">
          {t("nextPage")}
        </a>
      )}
    </nav>
  )
}

function PollRow({ poll: latest }: { poll: PollSummary }) {
  const { t, number } = useAdminText()
  const poll = useStopping(latest)
  return (
    <li class="card poll-row" data-poll={poll.id}>
      <div>
        <h2>
          <a href={`/admin/polls/${poll.id}`} dir="auto">
            {poll.title}
          </a>
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
        {t(poll.ballot ? "ballotsUnit" : "votesUnit", { count: poll.total })}
      </p>
    </li>
  )
}
