/** What each command does; it gives the text to print. */

import { isByProfile } from "@tallyroom/lib/ballots/choice"
import { ONE_OPTION } from "@tallyroom/lib/polls/ballot-method"
import { fewestOptions } from "@tallyroom/lib/polls/limits"
import type { ShownOutcome } from "../../../apps/result/outcome/outcome-reads"
import type { Snapshot } from "../../../apps/result/tally/snapshot"
import { UsageError } from "../../services/terminal/user-error"
import type { PollApi, ShownPoll } from "./api"
import { type Command, type Flags, readKnownOption, readMove, readOption } from "./arguments"
import { ballotFields } from "./ballot-flags"
import { outcomeText } from "./outcome-text"
import { codesText, pollsText, resultsText } from "./print"
import { rulesText } from "./rules-text"

/** On Redis it takes a tenth of this, with a broker about six seconds. */
const CONFIRMED_WITHIN_MS = 8_000
const LOOK_AGAIN_MS = 200

export async function runCommand({ name, words, flags }: Command, api: PollApi): Promise<string> {
  const [id = "", second = ""] = words
  const path = `/api/polls/${encodeURIComponent(id)}`
  const change = async (body: unknown) => print(await api.call<ShownPoll>("PATCH", path, body), flags)
  switch (name) {
    case "list":
      return list(api, flags)
    case "show":
      return show(api, path, flags)
    case "create":
      return withAddresses(await api.call<ShownPoll>("POST", "/api/polls", definition(flags)), api, flags)
    case "edit":
      return change(await edit(api, path, flags))
    case "open":
    case "resume":
    case "reopen":
      return change({ state: "open", ...fields(flags) })
    case "pause":
      return stop(api, path, { state: "paused" }, flags)
    case "close":
      return stop(api, path, { state: "closed" }, flags)
    case "default":
      return change({ default: true })
    case "archive":
      return change({ archived: !flags.undo })
    case "move":
      return change({ place: readMove(second) })
    case "duplicate": {
      const copy = { id: second, ...(flags.title !== undefined && { title: flags.title }) }
      return print(await api.call<ShownPoll>("POST", `${path}/duplicates`, copy), flags)
    }
    case "delete":
      return remove(api, path, id, flags)
    case "codes":
      return codes(api, path, second, flags)
  }
}

function print(poll: ShownPoll, flags: Flags): string {
  return flags.json ? JSON.stringify(poll, null, 2) : pollsText([poll])
}

/** Pauses or closes a poll, and waits a moment for every shard to confirm it. */
async function stop(api: PollApi, path: string, change: { state: string }, flags: Flags): Promise<string> {
  const end = performance.now() + CONFIRMED_WITHIN_MS
  let poll = await api.call<ShownPoll>("PATCH", path, change)
  while ((poll.closing || poll.pausing) && performance.now() < end) {
    await Bun.sleep(LOOK_AGAIN_MS)
    poll = await api.call<ShownPoll>("GET", path)
  }
  if (flags.json || !(poll.closing || poll.pausing)) return print(poll, flags)
  const still = `Not every shard has confirmed it: votes may still be taken until then, and they count. See "show ${poll.id}".`
  return `${print(poll, flags)}\n\n${still}`
}

async function remove(api: PollApi, path: string, id: string, flags: Flags): Promise<string> {
  if (flags.confirm !== id) {
    throw new UsageError(`"delete" takes all votes with it: add --confirm ${id} if you mean it.`)
  }
  const poll = await api.call<ShownPoll>("DELETE", `${path}?confirm=${encodeURIComponent(id)}`)
  return flags.json ? JSON.stringify(poll, null, 2) : `The poll ${id} is being deleted.`
}

/** A part of the list of polls; `next` is the offset of the part after it. */
type Part = { polls: ShownPoll[]; next?: number }

async function list(api: PollApi, flags: Flags): Promise<string> {
  const polls: ShownPoll[] = []
  for (let offset: number | undefined = 0; offset !== undefined; ) {
    const part: Part = await api.call<Part>("GET", `/api/polls?offset=${offset}`)
    polls.push(...part.polls)
    offset = part.next
  }
  return flags.json ? JSON.stringify({ polls }, null, 2) : pollsText(polls)
}

async function show(api: PollApi, path: string, flags: Flags): Promise<string> {
  const poll = await api.call<ShownPoll>("GET", path)
  const results = await api.call<Snapshot>("GET", `${path}/results`)
  const ranking = isByProfile(poll) ? await api.call<ShownOutcome>("GET", `${path}/outcome`) : null
  if (flags.json) return JSON.stringify({ ...poll, results, ...(ranking && { outcome: ranking }) }, null, 2)
  const below = results.total === 0 ? rulesText(poll, results) : outcomeText(results, ranking)
  return [pollsText([poll]), resultsText(results), below].filter(Boolean).join("\n\n")
}

function definition(flags: Flags) {
  const { id, title, option = [] } = flags
  const fewest = fewestOptions({ method: flags.method ?? "choose" })
  if (!title || option.length < fewest) {
    throw new UsageError(
      '"create" needs --title and at least two --option (one is enough with --method decide): see bun run poll --help.',
    )
  }
  const state = flags.open ? "open" : "draft"
  return {
    ...(id !== undefined && { id }),
    ...fields(flags),
    ...ballotFields(flags, { ballot: ONE_OPTION, decision: null, options: option }),
    options: option.map(readOption),
    state,
    default: flags.default ?? false,
  }
}

/**
 * Gives new labels to existing options, which keep everything else, and adds new options. The API says what may not be
 * changed.
 */
async function edit(api: PollApi, path: string, flags: Flags) {
  const { option } = flags
  const poll = await api.call<ShownPoll>("GET", path)
  const options = option ? relabelled(poll.options, option) : poll.options
  return { ...fields(flags), ...ballotFields(flags, { ...poll, options }), ...(option && { options }) }
}

function relabelled(options: ShownPoll["options"], given: readonly string[]): ShownPoll["options"] {
  const labels = new Map(given.map(readKnownOption).map((it) => [it.id, it]))
  const kept = options.map((option) => ({ ...option, ...labels.get(option.id) }))
  return [...kept, ...[...labels.values()].filter(({ id }) => !options.some((option) => option.id === id))]
}

function fields({ title, order, policy, results, eligibility, confirm, opens, closes }: Flags) {
  return {
    ...(title !== undefined && { title }),
    ...(order !== undefined && { order }),
    ...(policy !== undefined && { policy }),
    ...(results !== undefined && { results }),
    ...(eligibility !== undefined && { eligibility }),
    ...(confirm !== undefined && { confirm: yesOrNo("confirm", confirm) }),
    ...(opens !== undefined && { opensAt: opens === "none" ? null : opens }),
    ...(closes !== undefined && { closesAt: closes === "none" ? null : closes }),
  }
}

function yesOrNo(flag: string, text: string): boolean {
  if (text === "yes" || text === "no") return text === "yes"
  throw new UsageError(`--${flag} is yes or no, not "${text}".`)
}

async function codes(api: PollApi, path: string, count: string, flags: Flags): Promise<string> {
  if (!/^[1-9]\d{0,6}$/.test(count))
    throw new UsageError(`"${count}" is no number of codes: ask for 1 to 10000 at once.`)
  const { from } = flags
  const made = `${path}/codes${from === undefined ? "" : `?from=${from}&count=${count}`}`
  const method = from === undefined ? "POST" : "GET"
  const body = from === undefined ? { count: Number(count) } : undefined
  if (flags.csv) return warnOfLocalhost((await api.csv(method, made, body)).trimEnd())
  const answer = await api.call<{ codes: string[] }>(method, made, body)
  return flags.json ? JSON.stringify(answer, null, 2) : codesText(answer.codes)
}

function withAddresses(poll: ShownPoll, api: PollApi, flags: Flags): string {
  if (flags.json) return print(poll, flags)
  const lines = Object.entries(api.addresses).map(
    ([what, url]) => `${what}: ${new URL(`/polls/${poll.id}`, url)}`,
  )
  return [print(poll, flags), "", ...lines].join("\n")
}

/** Warns of addresses that only this machine can reach, as they would be useless on paper. */
function warnOfLocalhost(csv: string): string {
  if (/,https?:\/\/(localhost|127\.)/.test(csv)) {
    console.error(
      "These addresses lead to this machine alone: set VOTE_URL to where people reach the ballot.",
    )
  }
  return csv
}
