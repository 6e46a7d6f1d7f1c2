/** The command line of `bun run poll`. */

import { type OptionValues, readCommandLine, showUsage } from "../../services/terminal/command-line"
import { flag, several, text } from "../../services/terminal/options"
import { UsageError } from "../../services/terminal/user-error"

const USAGE = `Usage: bun run poll <command>

  list                       all polls
  show <id>                  one poll with its counts
  create --title <title> --option <label> --option <label> … [--id <id>]
         [--policy final|changeable] [--results live|after-vote|after-close]
         [--choose <how many>] [--abstain yes|no] [--eligibility browser|code|network]
         [--confirm yes|no] [--opens <moment>] [--closes <moment>] [--open] [--default]
  edit <id> [--title …] [--option <id>=<label> …] [--policy …] [--results …] [--choose …] [--abstain …]
         [--eligibility …] [--confirm yes|no] [--opens <moment>|none] [--closes <moment>|none]
  open <id>                  takes votes from now on, or from --opens; a draft opens by itself at --opens, too
  pause <id>                 takes no votes until "resume"
  resume <id>                takes votes again
  close <id>                 takes no more votes, and is final seconds later
  reopen <id>                undoes the close of a poll that is not final (--closes <moment>|none if its time has passed)
  default <id>               shown where no poll is named
  archive <id>               left out of public lists; its pages stay (--undo: takes it back)
  move <id> <where>          changes its place in the list: up, down, first, last, before=<id> or after=<id>
  duplicate <id> <new id>    makes a draft with the same options and rules (--title …)
  delete <id> --confirm <id> takes the poll away for good, with all its votes
  codes <id> <count>         makes one-time codes, one a line (--csv: with addresses)

  --json                     prints the API's answer as it is
  --help                     shows this

Ids are made from title and labels; --option <id>=<label> gives an option another one (=<label> none, if the label has a "=").
A ballot chooses one option: --choose 3 lets it choose up to 3, 2-3 at least 2, all as many as it likes; --abstain yes none at all.
A moment is like 2030-01-31T20:00:00Z.
Who votes: browser (a courtesy: whoever deletes cookies votes again), code (whoever sees one), network (all behind an address).

Environment:
  RESULT_URL, ADMIN_TOKEN    the result app and its token, both or neither (those of a running demo);
                             or ADMIN_TOKEN_FILE, the file that the token is in`

const COMMANDS = [
  "list",
  "show",
  "create",
  "edit",
  "open",
  "pause",
  "resume",
  "close",
  "reopen",
  "default",
  "archive",
  "move",
  "duplicate",
  "delete",
  "codes",
] as const

const OPTIONS = {
  ...{ id: text, title: text, policy: text, results: text, eligibility: text, opens: text, closes: text },
  ...{
    choose: text,
    abstain: text,
    confirm: text,
    open: flag,
    default: flag,
    csv: flag,
    json: flag,
    undo: flag,
  },
  option: several(text),
}

export type Flags = OptionValues<typeof OPTIONS>
export type Command = { name: (typeof COMMANDS)[number]; words: readonly string[]; flags: Flags }

/** Ends the process where no command is named, as with `--help`. @throws {UsageError} in one sentence, for anything that is no command */
export function readCommand(): Command {
  const { values: flags, operands } = readCommandLine({ usage: USAGE, options: OPTIONS, takesOperands: true })
  const [word, ...words] = operands
  if (word === undefined || word === "help") showUsage(USAGE)
  const name = COMMANDS.find((command) => command === word)
  if (!name) throw new UsageError(`There is no command "${word}": see bun run poll --help.`)
  const wanted = WORDS[name] ?? "<id>"
  if (words.length !== (wanted.match(/</g)?.length ?? 0)) {
    throw new UsageError(`Write it as: bun run poll ${`${name} ${wanted}`.trim()} (see --help).`)
  }
  return { name, words, flags }
}

/** What a command takes after its name; most take the id of a poll. */
const WORDS: Record<string, string> = {
  list: "",
  create: "",
  codes: "<id> <count>",
  duplicate: "<id> <new id>",
  move: "<id> <where>",
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

/** `3`, `2-3`, `all` or `2-all` as the limits of a ballot. */
export function readLimits(text: string): { min: number; max: number | "all" } {
  const [, min = "1", max] = /^(?:(\d{1,2})-)?(\d{1,2}|all)$/.exec(text) ?? []
  if (max === undefined)
    throw new UsageError(
      `--choose "${text}" must be how many options a ballot chooses: like 3, 2-3, all or 2-all.`,
    )
  return { min: Number(min), max: max === "all" ? max : Number(max) }
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
