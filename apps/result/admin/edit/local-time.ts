/** Moments as browsers write them into fields, in the time zone of this machine. */

/** The limits of the fields, within what the schema of polls allows, and with years of four digits. */
export const EARLIEST = "1970-01-02T00:00"
export const LATEST = "9998-12-30T23:59"

/** "2030-01-31T21:00" in the time zone of this machine; empty for a text that is no moment. */
export function localTime(iso: string): string {
  const date = new Date(iso)
  if (iso === "" || Number.isNaN(date.getTime())) return ""
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

type Read =
  | { iso: string; wrong: null }
  | { iso: null; wrong: "errorMoment" | "errorEmptied" | "errorSkipped" }

/** Reads a field for moments. @param held whether it was served with a moment, which nobody may lose by mistake */
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

/** Time zones set their clocks back by half an hour, one hour or two. */
const PUT_BACK_MS = [1_800_000, 3_600_000, 7_200_000]

/** Whether the clocks will show the time of this moment once more, as they are set back. */
export function comesTwice(iso: string): boolean {
  const at = new Date(iso).getTime()
  return PUT_BACK_MS.some((ms) => localTime(new Date(at + ms).toISOString()) === localTime(iso))
}
