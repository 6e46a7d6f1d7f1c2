/** "14:02", or with the day when that was not today. It stays on one line. */
export function clockTime(language: string, ms: number): string {
  const moment = new Date(ms)
  const today = moment.toDateString() === new Date().toDateString()
  const format = new Intl.DateTimeFormat(language, {
    timeStyle: "short",
    ...(!today && { dateStyle: "short" }),
  })
  return format.format(moment).replaceAll(" ", "\u00a0")
}
