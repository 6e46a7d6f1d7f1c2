/** uPlot asks Intl for the browser's language as it is loaded, and Intl throws over a name that is none: it gets the page's then. */

import { isLocale } from "./locale"

if (!isLocale(navigator.language)) {
  Object.defineProperty(navigator, "language", { configurable: true, value: document.documentElement.lang })
}
