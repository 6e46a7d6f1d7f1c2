/** The parts around the content of a page: head, wordmark and language switch. */

import type { ComponentChildren } from "preact"
import { commonMessages } from "./common-messages"
import { LANGUAGE_NAMES, LANGUAGES, type Language } from "./language"

export type Page = {
  language: Language
  /** The title of the page, to which " · Tallyroom" is added. */
  title: string
  /** Addresses of assets, from `assets.asset(name)`. */
  stylesheet: string
  script?: string | undefined
  /** The data for the script, which reads it by `pageData()`. */
  data?: unknown
  bodyClass?: string | undefined
  /** Makes the page light or dark whatever the reader's system wants, for big screens and frames in other sites. */
  theme?: "light" | "dark" | undefined
  /** More elements for the head. */
  head?: ComponentChildren
  /** The path and query of this page, to which the language switch leads. Without them there is no switch. */
  alternates?: string | undefined
  /** Where the wordmark leads, "/" by default. */
  home?: string | undefined
  /** Links beside the language switch. */
  nav?: ComponentChildren
  footer?: ComponentChildren
  /** Without header and footer: for frames in other sites, the stage and printed sheets. */
  bare?: boolean | undefined
  /** The content of `<main id="app">`, which `hydrateApp(…, "#app")` makes live. */
  children: ComponentChildren
}

export function PageFrame(page: Page) {
  const { language, theme, bare, bodyClass, footer, children } = page
  const messages = commonMessages[language]
  return (
    <html lang={language} data-theme={theme}>
      <Head {...page} />
      <body class={bodyClass}>
        {!bare && (
          <a class="skip-link" href="#app">
            {messages.skip}
          </a>
        )}
        {!bare && <Header {...page} />}
        <main id="app" tabIndex={-1}>
          {children}
        </main>
        {!bare && footer && <footer class="page-footer">{footer}</footer>}
      </body>
    </html>
  )
}

function Head({ title, stylesheet, script, head }: Page) {
  return (
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="theme-color" content="#f6f1e7" media="(prefers-color-scheme: light)" />
      <meta name="theme-color" content="#0c1322" media="(prefers-color-scheme: dark)" />
      <title>{`${title} · Tallyroom`}</title>
      <link rel="icon" href={ICON} />
      <link rel="stylesheet" href={stylesheet} />
      {script && <script type="module" src={script} />}
      {head}
    </head>
  )
}

function Header({ language, alternates, home = "/", nav }: Page) {
  return (
    <header class="page-header">
      <a class="wordmark" href={home}>
        <Mark />
        Tallyroom
      </a>
      {nav && <nav class="page-nav">{nav}</nav>}
      {alternates !== undefined && <LanguageSwitch language={language} path={alternates} />}
    </header>
  )
}

/** Five votes as they are tallied on paper: four strokes and one across. */
function Mark() {
  return (
    <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" fill="none" stroke-width="2.4">
      <path stroke="currentColor" stroke-linecap="round" d="M5 4v16M10 4v16M15 4v16M20 4v16" />
      <path class="mark-slash" stroke-linecap="round" d="M1.5 17 22.5 7" />
    </svg>
  )
}

/** The switch consists of links, so that it works without scripts. */
function LanguageSwitch({ language, path }: { language: Language; path: string }) {
  return (
    <details class="language-switch">
      <summary>
        <span class="visually-hidden">{commonMessages[language].language}: </span>
        {LANGUAGE_NAMES[language]}
      </summary>
      <ul>
        {LANGUAGES.map((other) => (
          <li key={other}>
            <a
              href={inLanguage(path, other)}
              lang={other}
              aria-current={other === language ? "true" : undefined}
            >
              {LANGUAGE_NAMES[other]}
            </a>
          </li>
        ))}
      </ul>
    </details>
  )
}

function inLanguage(path: string, language: Language): string {
  // A path such as "//other.example" must not lead to another site.
  const url = new URL(`http://localhost${path.replace(/^[/\\]+/, "/")}`)
  url.searchParams.set("lang", language)
  return `${url.pathname}${url.search}`
}

/** In a URL only "#" must be escaped here. The rest is written like `Mark`, so that both compress well together. */
const ICON =
  "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='none' stroke-width='2.6' stroke-linecap='round'><path stroke='%237f8aa8' d='M5 4v16M10 4v16M15 4v16M20 4v16'/><path stroke='%23d9541e' d='M1.5 17 22.5 7'/></svg>"
