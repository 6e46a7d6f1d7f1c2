/** The content of the ballot page in every phase of its poll. */

import { withDistinctColours } from "@tallyroom/lib/ui/option-hues"
import { useMemo } from "preact/hooks"
import { useCasting } from "../browser/use-casting"
import { useCounts } from "../browser/use-counts"
import { useFollow } from "../browser/use-follow"
import { usePoll } from "../browser/use-poll"
import type { BallotData } from "./ballot-data"
import { BallotForm } from "./ballot-form"
import type { BallotKind } from "./ballot-kind"
import { provideBallotText, useBallotText } from "./ballot-text"
import { Closed } from "./closed"
import { Countdown } from "./countdown"
import { SendingNotice } from "./sending-notice"
import { Voted } from "./voted"

type Props = { data: BallotData; kind: BallotKind }

export function BallotApp({ data, kind }: Props) {
  provideBallotText(data)
  return <Screen data={data} kind={kind} />
}

function Screen({ data, kind }: Props) {
  const { poll: read, now, timeZone, hear, readAgain } = usePoll(data)
  const poll = useMemo(() => ({ ...read, options: withDistinctColours(read.options) }), [read])
  const casting = useCasting(data, kind.choiceIn, readAgain)
  const { standing, fresh } = casting
  const follow = useFollow(data, casting)
  const counts = useCounts(data, poll, standing, (news, at) => {
    follow(news.default)
    return hear(news, at)
  })
  const { resultUrl, embedded } = data
  const { t } = useBallotText()
  // In a crowd a page asks so rarely that the time would be over before it hears that voting is open.
  const isDue = poll.phase === "scheduled" && Date.parse(poll.opensAt ?? "") <= now
  switch (isDue ? "open" : poll.phase) {
    case "scheduled":
      return (
        <section>
          <h1 dir="auto">{poll.title}</h1>
          <Countdown poll={poll} now={now} timeZone={timeZone} live={casting.live} />
        </section>
      )
    case "open":
      return (
        <>
          {casting.forgets && poll.eligibility === "browser" && <p class="notice warn">{t("noCookies")}</p>}
          {standing === null ? (
            <BallotForm data={data} poll={poll} casting={casting} now={now} kind={kind} />
          ) : (
            <Voted
              {...{ kind, poll, standing, counts, resultUrl, embedded, fresh }}
              onChange={casting.live ? casting.change : null}
            />
          )}
        </>
      )
    default:
      return (
        <>
          <SendingNotice casting={casting} />
          <Closed {...{ kind, poll, counts, standing, resultUrl, embedded }} />
        </>
      )
  }
}
