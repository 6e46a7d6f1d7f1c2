/** Generates ids, for the API and the control room alike: that of a poll from its title, that of an option from its label. */

/** The most characters of a generated id, as people type the address of a ballot from a screen. */
const SHORT_ID = 32
/** How letters are written that Unicode does not take for another letter with an accent. */
const PLAIN: Record<string, string> = {
  ...{ ß: "ss", æ: "ae", œ: "oe", ø: "o", đ: "d", ð: "d", þ: "th", ł: "l", ħ: "h", ı: "i" },
}

/** The characters of random ids. No two of them look alike on a screen, or sound alike as 0 and o do. */
const UNLIKE = "abcdefghjkmnpqrstuvwxyz23456789"
/** With so many characters there are 28 million ids, so hardly two polls get the same one. If they do, the second is refused. */
const MEANINGLESS = 5

/** An id of whole words: "ou-dejeuner" for "Où déjeuner ?"; "" for a text without Latin letters and digits. */
export function idFrom(words: string): string {
  const plain = words.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase()
  const latin = plain.replace(/[ßæœøđðþłħı]/g, (letter) => PLAIN[letter] ?? "")
  const id = latin.replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "")
  if (id.length <= SHORT_ID) return id
  const cut = id.slice(0, SHORT_ID + 1).replace(/-[^-]*$/, "")
  return cut.slice(0, SHORT_ID)
}

/** The id of a poll by its title: like "poll-k3xw7" where the title has no Latin letters and digits, and "" where it is empty. */
export function pollIdFrom(title: string): string {
  if (title.trim() === "") return ""
  const letters = Array.from({ length: MEANINGLESS }, () => UNLIKE[Math.floor(Math.random() * UNLIKE.length)])
  return idFrom(title) || `poll-${letters.join("")}`
}

/**
 * The options, where each without an id gets one: from its label, or by its place (a to z, then o27, o28, …) where the label
 * has no Latin letters and digits. An id that another option has already gets a number: "c", "c-2", "c-3".
 */
export function withIds<Option extends { id?: unknown; label?: unknown }>(
  options: readonly Option[],
): Option[] {
  const taken = new Set(options.flatMap(({ id }) => (isMissing(id) ? [] : [id])))
  return options.map((option, place) => {
    if (!isMissing(option.id)) return option
    const words = typeof option.label === "string" ? idFrom(option.label) : ""
    const id = free(words || byPlace(place), taken)
    taken.add(id)
    return { ...option, id }
  })
}

/** What was sent for a new poll, with the ids that were missing. The schema finds what else is wrong with it. */
export function withMissingIds(sent: unknown): unknown {
  if (!isObject(sent)) return sent
  const { id, title, options } = sent
  const made = typeof title === "string" ? pollIdFrom(title) : ""
  return {
    ...sent,
    ...(isMissing(id) && made !== "" && { id: made }),
    ...(Array.isArray(options) && options.every(isObject) && { options: withIds(options) }),
  }
}

function isMissing(id: unknown): boolean {
  return id === undefined || id === ""
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

function byPlace(place: number): string {
  return place < 26 ? String.fromCharCode(97 + place) : `o${place + 1}`
}

function free(wanted: string, taken: ReadonlySet<unknown>): string {
  let id = wanted
  for (let count = 2; taken.has(id); count++) id = `${wanted}-${count}`
  return id
}
