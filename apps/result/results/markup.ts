import { trustedHtml } from "@tallyroom/lib/ui/trusted-html"
import { h } from "preact"

/** Inserts markup that this app made itself, such as a drawing. It must never hold a text of a user. */
export function Markup({ html, className }: { html: string; className?: string }) {
  return h("div", { class: className, dangerouslySetInnerHTML: { __html: trustedHtml(html) } })
}
