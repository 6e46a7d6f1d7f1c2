/** Ids that nobody has to think of: a poll's from its title, an option's from its label. For the API and the control room alike. */

/** People type a ballot's address from a screen. */
const SHORT_ID = 32
/** Letters that Unicode takes for no other with an accent, as they are written without. */
const PLAIN: Record<string, string> = {
  ...{ ß: "ss", æ: "ae", œ: "oe", ø: "o", đ: "d", ð: "d", þ: "th", ł: "l", ħ: "h", ı: "i" },
}

/** What an id that means nothing is made of: no two of these look alike on a screen, nor sound alike as 0 and o do. */
const UNLIKE = "abcdefghjkmnpqrstuvwxyz23456789"
/** Of 28 million ids hardly two polls of a room get the same one; who does is told that it is taken, as always. */
const MEANINGLESS = 5

/** An id of whole words: "Où déjeuner ?" gives "ou-dejeuner"; what has no Latin letters and digits gives "". */
export function idFrom(words: string): string {
  const plain = words.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase()
  const latin = plain.replace(/[ßæœøđðþłħı]/g, (letter) => PLAIN[letter] ?? "")
  const id = latin.replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "")
  if (id.length <= SHORT_ID) return id
  const cut = id.slice(0, SHORT_ID + 1).replace(/-[^-]*$/, "")
  return cut.slice(0, SHORT_ID)
}

/** A poll's id: from its title, or where that has no Latin letters and digits one like "poll-k3xw7"; "" without a title. */
export function pollIdFrom(title: string): string {
  if (title.trim() === "") return ""
  const letters = Array.from({ length: MEANINGLESS }, () => UNLIKE[Math.floor(Math.random() * UNLIKE.length)])
  return idFrom(title) || `poll-${letters.join("")}`
}

/**
 * The options, of which each without an id gets one: from its label, or where that has no Latin letters and digits by its
 * place, from a to z, then o27, o28, …; what another option has already gets a number: "c", "c-2", "c-3".
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

/** What was sent for a new poll, with the ids that it lacks; the schema says what else is wrong with it. */
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
