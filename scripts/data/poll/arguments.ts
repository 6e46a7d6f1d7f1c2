/** The command line of `bun run poll`. */

import { RULES_WITH_SEATS } from "@tallyroom/lib/polls/decision"
import {
  BASES,
  ELIGIBILITIES,
  MAJORITIES,
  ORDERS,
  POLICIES,
  RESULTS_MODES,
} from "../../../apps/result/admin/edit/modes"
import { type OptionValues, readCommandLine, showUsage } from "../../services/terminal/command-line"
import { flag, oneOf, several, text, wholeNumber } from "../../services/terminal/options"
import { UsageError } from "../../services/terminal/user-error"
import { BALLOT_OPTIONS, rulesText } from "./ballot-flags"

const USAGE = `Usage: bun run poll <command>

Look:
  list                       all polls
  show <id>                  one poll with its counts, and what it decides in a sentence to read aloud

Make and change:
  create --title <title> --option <label> --option <label> … [--id <id>] [--open] [--default]
  edit <id> [--title …] [--option <id>=<label> …]
  duplicate <id> <new id>    makes a draft with the same options and rules (--title …)
  codes <id> <count>         makes new one-time codes, one a line (--csv: with addresses);
                             with --from <number> those that were made already, from that one on (the first is 1)

Run:
  open <id>                  takes votes from now on, or from --opens; a draft opens by itself at --opens, too
  pause <id>                 takes no votes until "resume"
  resume <id>                takes votes again
  close <id>                 takes no more votes, and is final seconds later
  reopen <id>                undoes the close of a poll that is not final (--closes <moment>|none if its time has passed)
  default <id>               shown where no poll is named
  archive <id>               left out of public lists; its pages stay (--undo: takes it back)
  move <id> <where>          changes its place in the list: up, down, first, last, before=<id> or after=<id>
  delete <id> --confirm <id> takes the poll away for good, with all its votes

What a ballot says (of create and edit, until the poll opens):
  --method choose            one option (the default); --max 3, or all: up to so many; --min 2: at least so many
                             (--choose 2-3 is --method choose --min 2 --max 3)
  --method rank              options in the order of preference; --max 3: the first three alone
  --method rate              a number from 0 to --highest (5) for each option
  --method decide            yes, no or abstain for each option, of which one is enough
  --abstain yes|no           whether it may say nothing at all
  --order as-written|random  random: each voter sees the options in an own random order

How it is decided (of create and edit, until the poll opens):
  --rule <rule>              ${rulesText()}
  --seats <number>           how many win (1), by ${RULES_WITH_SEATS.join(", ")}
  --majority <majority>      what carries a motion: ${MAJORITIES.join(", ")}
  --base <base>              what the majority is a part of: ${BASES.join(", ")}
  --quorum <ballots>         how many ballots must be cast, or nothing is decided (0); or a part of the eligible voters: 25%, 1/3, ">1/2"
  --eligible <number>        how many may vote, for a base or quorum of them (of an open poll, too, where it was said before)

Who votes, when, and who sees it (of create and edit):
  --policy final|changeable             whether the first vote stands, or a later one replaces it
  --confirm yes|no                      whether a choice is confirmed before it is cast
  --eligibility browser|code|network    a courtesy (whoever deletes cookies votes again); whoever sees a code; all behind an address
  --results live|after-vote|after-close
  --opens <moment>, --closes <moment>   like 2030-01-31T20:00:00Z; none takes it away

  --json                     prints the API's answer as it is
  --help                     shows this

Ids are made from title and labels; --option <id>=<label> gives an option another one (=<label> none, if the label has a "=").

Examples:
  bun run poll create --title "Lunch?" --option Pizza --option Ramen --open
  bun run poll create --title "Which talks?" --option Bun --option Elysia --option Postgres --max 2 --abstain yes
  bun run poll create --title "Who leads?" --option Ada --option Bob --option Cem --method rank --rule condorcet
  bun run poll create --title "How was it?" --option Food --option Talks --method rate --highest 10
  bun run poll create --title "Motions" --option "Fee of 20" --option Garden --method decide --majority two-thirds --quorum 12
  bun run poll create --title "Motion 7" --option "A fee of 20" --method decide --abstain yes

Environment:
  RESULT_URL, ADMIN_TOKEN    the result app and its token, both or neither (those of a running demo);
                             or ADMIN_TOKEN_FILE, the file that the token is in`

const OPTIONS = {
  ...{ id: text, title: text, opens: text, closes: text },
  ...{ policy: oneOf(POLICIES), results: oneOf(RESULTS_MODES), eligibility: oneOf(ELIGIBILITIES) },
  ...{
    confirm: text,
    open: flag,
    default: flag,
    csv: flag,
    json: flag,
    undo: flag,
  },
  option: several(text),
  from: wholeNumber(1, 1_000_000_000),
  order: oneOf(ORDERS),
  ...BALLOT_OPTIONS,
}

type OptionName = keyof typeof OPTIONS

const MOMENTS = ["opens", "closes"] as const satisfies OptionName[]
const DEFINITION = [
  ...(["title", "option", "policy", "results", "eligibility", "confirm", "order"] as const),
  ...(Object.keys(BALLOT_OPTIONS) as (keyof typeof BALLOT_OPTIONS)[]),
  ...MOMENTS,
] as const satisfies OptionName[]

/** What stands after a command's name, and which options the command knows beside `--json`. */
type Shape = { readonly words: string; readonly options: readonly OptionName[] }

const COMMANDS = {
  list: { words: "", options: [] },
  show: { words: "<id>", options: [] },
  create: { words: "", options: [...DEFINITION, "id", "open", "default"] },
  edit: { words: "<id>", options: DEFINITION },
  open: { words: "<id>", options: MOMENTS },
  pause: { words: "<id>", options: [] },
  resume: { words: "<id>", options: MOMENTS },
  close: { words: "<id>", options: [] },
  reopen: { words: "<id>", options: MOMENTS },
  default: { words: "<id>", options: [] },
  archive: { words: "<id>", options: ["undo"] },
  move: { words: "<id> <where>", options: [] },
  duplicate: { words: "<id> <new id>", options: ["title"] },
  delete: { words: "<id>", options: ["confirm"] },
  codes: { words: "<id> <count>", options: ["csv", "from"] },
} as const satisfies Record<string, Shape>

type CommandName = keyof typeof COMMANDS

export type Flags = OptionValues<typeof OPTIONS>
export type Command = { name: CommandName; words: readonly string[]; flags: Flags }

/** Ends the process where no command is named, as with `--help`. @throws {UsageError} in one sentence, for anything that is no command */
export function readCommand(): Command {
  const { values: flags, operands } = readCommandLine({ usage: USAGE, options: OPTIONS, takesOperands: true })
  const [name, ...words] = operands
  if (name === undefined || name === "help") showUsage(USAGE)
  if (!isCommand(name)) throw new UsageError(`There is no command "${name}": see bun run poll --help.`)
  const shape = COMMANDS[name]
  if (words.length !== (shape.words.match(/</g)?.length ?? 0)) {
    throw new UsageError(`Write it as: bun run poll ${`${name} ${shape.words}`.trim()} (see --help).`)
  }
  requireOwnOptions(name, flags)
  return { name, words, flags }
}

const isCommand = (word: string): word is CommandName => Object.hasOwn(COMMANDS, word)

/** @throws {UsageError} for an option that the command would leave out, as one who gave it believes that it was done */
function requireOwnOptions(name: CommandName, flags: Flags): void {
  const own: readonly OptionName[] = COMMANDS[name].options
  const given = (Object.keys(OPTIONS) as OptionName[]).filter((option) => (flags[option] ?? false) !== false)
  const foreign = given.find((option) => option !== "json" && !own.includes(option))
  if (foreign !== undefined)
    throw new UsageError(`"${name}" does not take --${foreign}: leave it out, or see bun run poll --help.`)
}

/** `--option a=Cats` as an option; the API makes the id of `--option Cats` and `--option =Cats`. */
export function readOption(text: string): { id?: string; label: string } {
  const [, id = "", label = text] = /^([^=]*)=(.*)$/s.exec(text) ?? []
  return { ...(id !== "" && { id }), label }
}

/** Reads an option that may exist already, and so needs its id. @throws {UsageError} for one without */
export function readKnownOption(text: string): { id: string; label: string } {
  const { id, label } = readOption(text)
  if (id === undefined)
    throw new UsageError(`--option "${text}" must be like a=Cats: "edit" knows an option by its id.`)
  return { id, label }
}

/** `first` or `before=tea` as the API takes it. */
export function readMove(text: string): string | Record<string, string> {
  const [where = "", id] = text.split("=", 2)
  if (id !== undefined && /^(before|after)$/.test(where)) return { [where]: id }
  if (/^(up|down|first|last)$/.test(text)) return text
  throw new UsageError(
    `"${text}" is no place in the list: say up, down, first, last, before=<id> or after=<id>.`,
  )
}
