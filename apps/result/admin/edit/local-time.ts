/** Moments as fields for them hold them, in this machine's time zone. */

/** What a poll's schema allows, and years of four digits, which fields hold the typing to. */
export const EARLIEST = "1970-01-02T00:00"
export const LATEST = "9998-12-30T23:59"

/** "2030-01-31T21:00" in this machine's zone; empty for what is no moment. */
export function localTime(iso: string): string {
  const date = new Date(iso)
  if (iso === "" || Number.isNaN(date.getTime())) return ""
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

type Read =
  | { iso: string; wrong: null }
  | { iso: null; wrong: "errorMoment" | "errorEmptied" | "errorSkipped" }

/** What a field for moments holds. @param held whether it was served with one, which nobody may lose by a slip */
export function readMoment(
  { value, validity }: Pick<HTMLInputElement, "value"> & { validity: Pick<ValidityState, "badInput"> },
  held: boolean,
): Read {
  if (validity.badInput) return { iso: null, wrong: "errorMoment" }
  if (value === "") return held ? { iso: null, wrong: "errorEmptied" } : { iso: "", wrong: null }
  const minute = value.slice(0, 16)
  const date = new Date(value)
  if (Number.isNaN(date.getTime()) || minute < EARLIEST || minute > LATEST) {
    return { iso: null, wrong: "errorMoment" }
  }
  const iso = date.toISOString()
  return localTime(iso) === minute ? { iso, wrong: null } : { iso: null, wrong: "errorSkipped" }
}

/** Zones put their clocks back by half an hour, an hour or two. */
const PUT_BACK_MS = [1_800_000, 3_600_000, 7_200_000]

/** Whether the clocks show the time of this moment a second time later on. */
export function comesTwice(iso: string): boolean {
  const at = new Date(iso).getTime()
  return PUT_BACK_MS.some((ms) => localTime(new Date(at + ms).toISOString()) === localTime(iso))
}
