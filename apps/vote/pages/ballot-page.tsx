/** The page on which people vote: a form that works without JavaScript. */

import { type Option, type Poll, votingPhase } from "@tallyroom/lib/polls"
import { renderPage, type Site } from "./layout"

/** @param code what the code's field holds already, from the address of a printed code */
export function ballotPage(site: Site, poll: Poll, now: number, code = ""): string {
  const phase = votingPhase(poll, now)
  const title = phase === "draft" ? "Not open yet" : poll.title
  return renderPage({
    site,
    title,
    results: phase === "draft" ? "" : `/polls/${poll.id}`,
    children: (
      <>
        <h1>{title}</h1>
        {phase === "open" ? <BallotForm poll={poll} code={code} /> : <Waiting poll={poll} phase={phase} />}
      </>
    ),
  })
}

/** The form names its poll even on the start page: the default poll may be another one when it is sent. */
function BallotForm({ poll, code }: { poll: Poll; code: string }) {
  return (
    <form method="post" action={`/polls/${poll.id}`}>
      {poll.eligibility === "code" && (
        <p>
          <label for="code">Your code</label>
          <input
            id="code"
            name="code"
            value={code}
            required
            maxLength={64}
            autocomplete="off"
            autocapitalize="characters"
          />
        </p>
      )}
      <fieldset>
        <legend>
          {poll.policy === "final"
            ? "Choose one: your vote is final."
            : "Choose one: you can change your vote."}
        </legend>
        {poll.options.map((option) => (
          <OptionButton key={option.id} option={option} />
        ))}
      </fieldset>
    </form>
  )
}

function OptionButton({ option }: { option: Option }) {
  return (
    <button type="submit" name="vote" value={option.id}>
      {option.image && <img src={option.image} alt="" />}
      {option.emoji && <span aria-hidden="true">{option.emoji}</span>}
      <span>{option.label}</span>
    </button>
  )
}

function Waiting({ poll, phase }: { poll: Poll; phase: "draft" | "scheduled" | "closed" | "final" }) {
  if (phase === "draft") return <p>This poll is being prepared. Come back later.</p>
  if (phase === "closed" || phase === "final") return <p>This poll is closed. It takes no more votes.</p>
  return (
    <p>
      Voting opens at <time dateTime={poll.opensAt?.toISOString()}>{poll.opensAt?.toUTCString()}</time>. Come
      back then.
    </p>
  )
}
