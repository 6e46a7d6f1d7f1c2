/**
 * Lets browsers translate a live page. `renderPage` and `hydrateApp` import this file, and nothing else is needed.
 *
 * To translate, Chrome and Edge replace every text node by a `<font>`, Safari and Firefox by new text nodes. A component that
 * keeps a text node to change it later would change one that is not shown any more. So no component keeps one: an element that
 * holds nothing but text gets all of it anew whenever it changes, and text beside elements is put into a `<span>` of its own.
 * What a translator has put there is then replaced, and translated again.
 *
 * This does not work for a component that returns bare text: let it return an element. What must not be translated, such as a
 * code, belongs into an element with the class "notranslate".
 */

import { type ComponentChild, type ComponentChildren, Fragment, h, options, type VNode } from "preact"
import type { WithTrustedTypes } from "./trusted-html"

type Props = { children?: ComponentChildren; dangerouslySetInnerHTML?: { __html: string } }

// Pages allow no markup but what our own policies made (Trusted Types); this one is asked for strings, and lets text pass alone.
;(globalThis as WithTrustedTypes).trustedTypes?.createPolicy("default", {
  createHTML: (html) => (html.includes("<") ? null : html),
})

/** Elements whose content is not HTML. */
const RAW: ReadonlySet<unknown> = new Set(["script", "style", "textarea"])

const before = options.vnode
options.vnode = (vnode: VNode<Props>) => {
  before?.(vnode)
  const { type, props } = vnode
  if (type !== Fragment && (typeof type !== "string" || RAW.has(type))) return
  const { children } = props
  if (type !== Fragment && isText(children)) {
    props.dangerouslySetInnerHTML = { __html: escaped([children].flat().join("")) }
    props.children = undefined
  } else props.children = withSpans(children)
}

/** Whether the children are nothing but text, and always will be: the place of `{maybe && <b>}` may hold an element later. */
function isText(children: ComponentChildren): boolean {
  return Array.isArray(children) ? children.length > 0 && children.every(isTextNode) : isTextNode(children)
}

function isTextNode(child: unknown): boolean {
  return typeof child === "string" || typeof child === "number"
}

/** Puts text into spans. Translators leave spaces between elements alone, so they need none. */
function withSpans(children: ComponentChildren): ComponentChildren {
  if (Array.isArray(children)) return children.map(withSpans) as ComponentChild[]
  return isTextNode(children) && String(children).trim() !== "" ? h("span", null, children) : children
}

/** Escapes text as browsers do in `innerHTML`, with which the result is compared. */
function escaped(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;")
}
