/** The page of one poll: its tally, what can be done with it, and where it can be seen. */

import { unreachableHost } from "../../http/vote-address"
import { useAdminText } from "../admin-text"
import { useLiveSnapshot, withSnapshot } from "../list/use-live-summaries"
import { useStopping } from "../list/use-stopping"
import { BackLink, NoticeBox, PollChips, PollTimes } from "../parts"
import type { PollView } from "../views"
import { BooksCard } from "./books-card"
import { CopyField } from "./copy-field"
import { PollActions } from "./poll-actions"
import { RulesCard } from "./rules-card"
import { TallyCard } from "./tally-card"

export function PollPage(view: PollView) {
  const { t } = useAdminText()
  const snapshot = useLiveSnapshot(view.snapshot)
  const poll = useStopping(withSnapshot(view.poll, snapshot))
  // They are read before the poll is opened, as then they are fixed; later its numbers and actions come first.
  const rulesFirst = poll.phase === "draft" || poll.phase === "scheduled"
  return (
    <>
      <BackLink href={poll.archived ? "/admin?archived=1" : "/admin"}>{t("polls")}</BackLink>
      <h1 dir="auto">{poll.title}</h1>
      <p class="poll-facts">
        <PollChips poll={poll} />
        <code>{poll.id}</code>
        <PollTimes poll={poll} />
      </p>
      <NoticeBox notice={view.notice} />
      {poll.deleting ? (
        <p class="card">{t("deletingText")}</p>
      ) : (
        <>
          <div class="columns">
            <div>
              {rulesFirst && <RulesCard {...poll} options={snapshot.options} />}
              <TallyCard snapshot={snapshot} />
              <PollActions poll={poll} undo={view.undo} />
              {!rulesFirst && <RulesCard {...poll} options={snapshot.options} />}
            </div>
            <div>
              {view.codes && <CodesCard id={poll.id} {...view.codes} />}
              <LinksCard {...view.links} />
              <BooksCard id={poll.id} books={view.books} />
              <EmbedCard {...view.embeds} />
            </div>
          </div>
          <DeleteCard id={poll.id} />
        </>
      )}
    </>
  )
}

function CodesCard({ id, made, used }: { id: string; made: number; used: number }) {
  const { t } = useAdminText()
  return (
    <section class="card">
      <h2>{t("codes")}</h2>
      <p>{t("codesMade", { count: made })}</p>
      <p>{t("codesUsed", { count: used })}</p>
      <a class="button" href={`/admin/polls/${id}/codes`}>
        {t("codesManage")}
      </a>
    </section>
  )
}

function LinksCard({ ballot, results, stage }: PollView["links"]) {
  const { t } = useAdminText()
  const host = unreachableHost(ballot)
  return (
    <section class="card">
      <h2>{t("links")}</h2>
      {host && <p class="notice">{t("ownMachine", { host })}</p>}
      <p class="buttons">
        <a class="button" href={ballot}>
          {t("linkBallot")}
        </a>
        <a class="button" href={results}>
          {t("linkResults")}
        </a>
        <a class="button" href={stage}>
          {t("linkStage")}
        </a>
      </p>
      <CopyField id="link-ballot" label={t("ballotAddress")} value={ballot} />
      <CopyField id="link-results" label={t("resultsAddress")} value={results} />
      <CopyField id="link-stage" label={t("stageAddress")} value={stage} />
    </section>
  )
}

function EmbedCard({ results, ballot, sites }: PollView["embeds"]) {
  const { t, list } = useAdminText()
  return (
    <section class="card">
      <h2>{t("embed")}</h2>
      <p class="muted">{t("embedText")}</p>
      <CopyField id="embed-results" label={t("embedResults")} value={results} />
      <CopyField id="embed-ballot" label={t("embedBallot")} value={ballot} />
      <p class={sites.length > 0 ? "muted" : "notice"}>
        {sites.length > 0 ? t("embedSites", { sites: list(sites) }) : t("embedNobody")}
      </p>
    </section>
  )
}

function DeleteCard({ id }: { id: string }) {
  const { t } = useAdminText()
  return (
    <section class="card danger-zone">
      <h2>{t("deletePoll")}</h2>
      <p>{t("deleteText")}</p>
      <a class="button danger" href={`/admin/polls/${id}/delete`}>
        {t("deleteButton")}
      </a>
    </section>
  )
}
