/** Features that the pages use although some supported browser lacks them, and why nothing breaks there. */

export type Excuse = {
  /** A path in MDN's data; with a star at its end, all paths that begin so. */
  feature: string
  /** The built file, such as "stage.js"; all of them unless told. */
  file?: string
  /** What a visitor of such a browser gets instead. */
  reason: string
}

export const EXCUSES: Excuse[] = [
  // Scripts
  { feature: "api.Document.moveBefore", reason: "Preact asks whether it is there." },
  { feature: "api.HTMLInputElement.alpha", file: "chart.js", reason: "It is an option of uPlot's own." },
  {
    feature: "api.MouseEvent.movement*",
    file: "chart.js",
    reason: "uPlot compares it with 0, to drop events that some browsers send without a movement.",
  },
  {
    feature: "api.Document.fullscreen*",
    file: "stage.js",
    reason: "Safari's older names are asked for too; without any of them its button is not there.",
  },
  {
    feature: "api.Window.print",
    file: "admin.js",
    reason: "Where it is lacking (Firefox on Android) its button stays hidden.",
  },

  // Styles: only decoration falls away
  {
    feature: "css.at-rules.media.forced-colors",
    reason: "Where there are no forced colours nothing is to do.",
  },
  {
    feature: "css.at-rules.media.scripting",
    reason: "Without scripts what needs them stays in sight there; with scripts nothing differs.",
  },
  { feature: "css.at-rules.page", reason: "The browser's own margins stand around the cards." },
  { feature: "css.properties.align-content.start", reason: "The fields of a pair may stand lower." },
  { feature: "css.properties.cursor.*", reason: "Phones have no cursor." },
  { feature: "css.properties.text-wrap*", reason: "The lines of a title differ in length." },
  { feature: "css.properties.overflow-anchor*", reason: "Who does not know it does not scroll back either." },
  {
    feature: "css.properties.user-select",
    file: "results.css",
    reason: "A drag over uPlot's chart may select its labels.",
  },
  { feature: "css.selectors.selection", reason: "Selected text has the system's colours." },
  {
    feature: "css.selectors.has",
    file: "admin.css",
    reason: "Some lines have a margin or a border too many.",
  },
  {
    feature: "css.selectors.has",
    file: "ballot.css",
    reason: "Many options have fewer columns on a wide screen.",
  },
  {
    feature: "css.selectors.has",
    file: "several.css",
    reason: "As in ballot.css, which it contains.",
  },
  {
    feature: "css.selectors.has",
    file: "radios.css",
    reason: "As in ballot.css, which it contains.",
  },
  {
    feature: "css.selectors.has",
    file: "ranking.css",
    reason: "As in ballot.css, which it contains.",
  },
  {
    feature: "css.properties.user-select",
    file: "ranking.css",
    reason: "A drag may select text, and moves the option all the same.",
  },
]

/** The excuses that cover a need of a built file. */
export function excusesFor(file: string, feature: string): Excuse[] {
  const covers = (pattern: string) =>
    pattern.endsWith("*") ? feature.startsWith(pattern.slice(0, -1)) : feature === pattern
  return EXCUSES.filter((it) => covers(it.feature) && (it.file === undefined || it.file === file))
}
