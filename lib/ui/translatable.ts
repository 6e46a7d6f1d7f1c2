/**
 * Lets browsers translate a page that is alive: loaded by both `renderPage` and `hydrateApp`, it needs nothing more.
 *
 * Chrome and Edge put a `<font>` in the place of every text, Safari and Firefox new text nodes. Whoever keeps a text
 * node, to change it later, then changes one that nobody sees. So no component keeps one: an element that holds nothing
 * but text gets it as its whole content whenever it changes, and text that stands beside elements gets a `<span>` of its
 * own first. Whatever a translator put there in the meantime is replaced, and translated anew.
 *
 * Out of reach is a component that returns bare text: let it return an element. What no translator should
 * touch, as a code, stands in an element with the class "notranslate".
 */

import { type ComponentChild, type ComponentChildren, Fragment, h, options, type VNode } from "preact"

type Props = { children?: ComponentChildren; dangerouslySetInnerHTML?: { __html: string } }

/** Their content is no HTML. */
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

/** Whether the children are text and can be nothing else: `{maybe && <b>}` may become an element, and stays one's place. */
function isText(children: ComponentChildren): boolean {
  return Array.isArray(children) ? children.length > 0 && children.every(isWords) : isWords(children)
}

function isWords(child: unknown): boolean {
  return typeof child === "string" || typeof child === "number"
}

/** Spaces between elements say nothing: translators leave them, and so does this. */
function withSpans(children: ComponentChildren): ComponentChildren {
  if (Array.isArray(children)) return children.map(withSpans) as ComponentChild[]
  return isWords(children) && String(children).trim() !== "" ? h("span", null, children) : children
}

/** As browsers write it, who compare it with what is there. */
function escaped(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;")
}
