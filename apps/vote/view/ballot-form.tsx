/** The ballot itself: a form that works without scripts; with them one tap or key votes. */

import type { TargetedSubmitEvent } from "preact"
import { useEffect, useRef, useState } from "preact/hooks"
import { canRemember } from "../browser/memory"
import type { BallotData, PollFacts } from "./ballot-data"
import type { Casting } from "./casting"
import { CodeField } from "./code-field"
import { OptionList } from "./option-list"
import { SendingNotice } from "./sending-notice"
import { useWords } from "./words"

type Props = { data: BallotData; poll: PollFacts; casting: Casting; now: number }

export function BallotForm({ data, poll, casting, now }: Props) {
  const { t, duration } = useWords()
  const form = useRef<HTMLFormElement>(null)
  const [code, setCode] = useState(data.code)
  const { sending, refusal } = casting
  const mustLeave = useMustLeave(data.embedded)
  useDigits(form, data.embedded)
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const { submitter } = event
    if (submitter instanceof HTMLButtonElement && sending === null) casting.cast(submitter.value, code)
  }
  return (
    // The form names its poll even on the start page: the default poll may be another one when it is sent.
    <form
      ref={form}
      method="post"
      action={`${data.embedded ? "/embed" : "/polls"}/${poll.id}`}
      aria-labelledby="title"
      tabIndex={-1}
      onSubmit={submit}
    >
      <h1 id="title">{poll.title}</h1>
      <p class="muted">{t(poll.policy === "final" ? "chooseFinal" : "chooseChangeable")}</p>
      {poll.closesAt && (
        <p class="chip">{t("closesIn", { time: duration(Date.parse(poll.closesAt) - now) })}</p>
      )}
      <div role="alert">{refusal && <p class="notice bad">{t(refusal)}</p>}</div>
      <SendingNotice casting={casting} />
      {poll.eligibility === "code" && <CodeField value={code} refusal={refusal} onCode={setCode} />}
      {mustLeave ? (
        <p class="buttons">
          <a class="button primary" href={`/polls/${poll.id}`} target="_blank" rel="noopener">
            {t("voteInNewTab")}
          </a>
        </p>
      ) : (
        <OptionList options={poll.options} chosen={sending?.option ?? null} />
      )}
      {casting.before && (
        <p class="buttons">
          <button class="button" type="button" onClick={casting.keep}>
            {t("keep")}
          </button>
        </p>
      )}
    </form>
  )
}

/** A browser that keeps nothing in this frame would be another voter each time: it votes on the poll's own page. */
function useMustLeave(embedded: boolean): boolean {
  const [mustLeave, setMustLeave] = useState(false)
  useEffect(() => setMustLeave(embedded && !canRemember()), [embedded])
  return mustLeave
}

/**
 * Keys 1 to 9 press the option of that place while the focus is in the ballot (WCAG 2.2, 2.1.4), where it is from the
 * beginning unless the page is part of another.
 */
function useDigits(form: { readonly current: HTMLFormElement | null }, embedded: boolean): void {
  useEffect(() => {
    const element = form.current
    if (!element) return
    const press = (event: KeyboardEvent) => {
      if (event.target instanceof HTMLInputElement || event.ctrlKey || event.altKey || event.metaKey) return
      const options = element.querySelectorAll<HTMLButtonElement>("button.option")
      // Among more, a 1 may be the beginning of 10.
      if (options.length <= 9 && /^[1-9]$/.test(event.key)) options[Number(event.key) - 1]?.click()
    }
    element.addEventListener("keydown", press)
    if (!embedded && document.activeElement === document.body) element.focus({ preventScroll: true })
    return () => element.removeEventListener("keydown", press)
  }, [embedded, form])
}
