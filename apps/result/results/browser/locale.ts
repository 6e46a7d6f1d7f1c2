/** Languages as browsers name them, which may be no languages at all: "C" where nothing is set up. */

/** Whether Intl takes this name; with another one it throws. */
export function isLocale(name: string | undefined): boolean {
  try {
    return name !== undefined && Intl.getCanonicalLocales(name).length > 0
  } catch {
    return false
  }
}
