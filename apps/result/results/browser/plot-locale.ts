/** uPlot passes the browser's language to Intl while it is loaded, and Intl throws for a name that is no language. It gets the page's then. */

import { isLocale } from "./locale"

if (!isLocale(navigator.language)) {
  Object.defineProperty(navigator, "language", { configurable: true, value: document.documentElement.lang })
}
