/** What every ballot has, whatever its method: a form with the poll's title, its rule, what is wrong, a code, and the way back. */

import type { TargetedSubmitEvent } from "preact"
import { useEffect, useRef, useState } from "preact/hooks"
import { canRemember } from "../browser/memory"
import { MOST_KEYS, useKeys } from "../browser/use-keys"
import type { BallotData, PollFacts, Refusal } from "./ballot-data"
import type { BallotKind } from "./ballot-kind"
import { useBallotText } from "./ballot-text"
import type { Casting } from "./casting"
import { CodeField } from "./code-field"
import { isWhole } from "./code-format"
import { SendingNotice } from "./sending-notice"

type Props = { data: BallotData; poll: PollFacts; casting: Casting; now: number; kind: BallotKind }

export function BallotForm(props: Props) {
  const { data, poll, casting, now, kind } = props
  const { t, duration } = useBallotText()
  const form = useRef<HTMLFormElement>(null)
  const { sending, refusal } = casting
  const mustLeave = useMustLeave(data.embedded)
  const hasKeys = casting.live && !mustLeave && poll.options.length <= MOST_KEYS
  const { press, options, bar } = kind.useBallot({
    ...props,
    hasKeys,
    // A choice is dropped when the wording changes.
    chosen: casting.chosen?.words === poll.words ? casting.chosen : null,
    // With a code, each vote may be another voter's.
    before: poll.eligibility === "code" ? null : casting.before,
    byKey: useKeys(form, data.embedded),
  })
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    const { submitter } = event
    // Safari before 15.4 does not tell which button was pressed: then the browser sends the form itself.
    if (!(submitter instanceof HTMLButtonElement)) return
    const code = form.current?.querySelector<HTMLInputElement>("#code")
    if (sending === null) {
      if (code && !isWhole(code.value)) {
        casting.refuse("codeUnknown")
        code.focus()
      } else press(submitter)
    }
    event.preventDefault()
  }
  return (
    // The form names its poll even on the start page, as the default poll may change before it is sent.
    <form
      ref={form}
      method="post"
      action={`/polls/${poll.id}`}
      // In a frame of another site a browser keeps no cookie of ours: without scripts, the vote is cast in a new tab.
      target={data.embedded ? "_blank" : undefined}
      aria-labelledby="title"
      aria-describedby={hasKeys ? "keys-hint" : undefined}
      tabIndex={-1}
      onSubmit={submit}
    >
      {/* Enter in a field presses the first button, which does nothing. */}
      <button type="submit" disabled hidden />
      <input type="hidden" name="words" value={poll.words} />
      {casting.before && <input type="hidden" name="replaces" value={casting.before.receipt} />}
      <h1 id="title" dir="auto">
        {poll.title}
      </h1>
      <p id="rule" class="muted">
        {t("rule")}
      </p>
      {poll.closesAt && (
        <p class="chip">{t("closesIn", { time: duration(Date.parse(poll.closesAt) - now) })}</p>
      )}
      <div role="alert">{refusal && <RefusalNotice refusal={refusal} />}</div>
      <SendingNotice casting={casting} />
      {poll.eligibility === "code" && (
        <CodeField value={casting.code} refusal={refusal} onCode={casting.setCode} />
      )}
      {mustLeave ? (
        <p class="buttons">
          <a class="button primary" href={`/polls/${poll.id}`} target="_blank" rel="noopener">
            {t("voteInNewTab")}
          </a>
        </p>
      ) : (
        options
      )}
      {hasKeys && (
        <p id="keys-hint" class="muted keys-hint">
          {t("keysHint", { last: poll.options.length })}
        </p>
      )}
      {!mustLeave && bar}
      {casting.before && (
        <KeepLink address={`${data.embedded ? "/embed" : "/polls"}/${poll.id}`} casting={casting} />
      )}
    </form>
  )
}

/** Of a used code it tells the same to everybody who has it, as it knows neither who asks nor what was voted. */
function RefusalNotice({ refusal }: { refusal: Refusal }) {
  const { t } = useBallotText()
  if (refusal !== "codeUsed") return <p class="notice bad">{t(refusal)}</p>
  return (
    <p class="notice bad">
      <strong>{t("codeUsed")}</strong>
      <br />
      {t("codeUsedNote")}
    </p>
  )
}

/** Back to the vote that stands; without scripts, a link to its page. */
function KeepLink({ address, casting }: { address: string; casting: Casting }) {
  const { t } = useBallotText()
  const keep = (event: MouseEvent) => {
    event.preventDefault()
    casting.keep()
  }
  return (
    <p class="buttons">
      <a class="button" href={address} onClick={casting.live ? keep : undefined}>
        {t("keep")}
      </a>
    </p>
  )
}

/** A browser that keeps nothing in this frame would be a new voter each time: it has to vote on the poll's own page. */
function useMustLeave(embedded: boolean): boolean {
  const [mustLeave, setMustLeave] = useState(false)
  useEffect(() => setMustLeave(embedded && !canRemember()), [embedded])
  return mustLeave
}
