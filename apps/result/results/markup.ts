import { h } from "preact"

/** Markup that we made ourselves, such as a drawing; never a text of somebody else. */
export function Markup({ html, className }: { html: string; className?: string }) {
  return h("div", { class: className, dangerouslySetInnerHTML: { __html: html } })
}
