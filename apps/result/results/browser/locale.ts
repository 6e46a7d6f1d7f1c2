/** The names that browsers have for languages. Some are no languages: "C" where nothing is set up. */

/** Whether Intl accepts this name. It throws for others. */
export function isLocale(name: string | undefined): boolean {
  try {
    return name !== undefined && Intl.getCanonicalLocales(name).length > 0
  } catch {
    return false
  }
}
