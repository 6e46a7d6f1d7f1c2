/** A person at a browser; each action is done as soon as it is possible. */

import { waitFor } from "../../scripts/services/wait"
import { type Browser, call, find, type Key, type Place, type Tab } from "./tab"

export class Person {
  private constructor(private readonly tab: Tab) {}

  static async at(browser: Browser, url: string, width = 460): Promise<Person> {
    const person = new Person(await browser.open(width))
    await person.opens(url)
    return person
  }

  opens = (url: string) => this.tab.goto(url)
  reloads = () => this.tab.reload()
  presses = (key: Key) => this.tab.press(key)
  forgetsCookies = () => this.tab.forgetCookies()
  leaves = () => this.tab.close()

  /** Waits for an element. */
  async sees(css: string, text = "", frame?: string): Promise<void> {
    await this.until(`${css} with "${text}"`, () => this.isThere(css, text, frame))
  }

  /** Waits until there is no such element any more. */
  async misses(css: string, text = ""): Promise<void> {
    await this.until(`no ${css} with "${text}"`, async () => !(await this.isThere(css, text)))
  }

  async taps(css: string, text = "", frame?: string): Promise<void> {
    const place = { css, text, ...(frame && { frame }) }
    await this.until(`a tap on ${css} with "${text}"`, () => this.tab.click(place).then(() => true))
  }

  /** Drags what the first selector finds to the middle of what the second one does. */
  async drags(from: Place, to: Place): Promise<void> {
    await this.sees(from.css, from.text)
    await this.tab.drag(from, to)
  }

  /** Chooses a value in a list of them. */
  async selects(css: string, value: string): Promise<void> {
    await this.sees(css)
    await this.run(
      ({ css, value }) => {
        const list = document.querySelector<HTMLSelectElement>(css)
        if (list) list.value = value
      },
      { css, value },
    )
  }

  /** Types on the keyboard, wherever the focus is. */
  keys = (text: string) => this.tab.write(text)

  /** Replaces the text of a field. */
  async types(css: string, text: string): Promise<void> {
    await this.sees(css)
    await this.run((css) => {
      const field = document.querySelector<HTMLInputElement>(css)
      field?.focus()
      field?.select()
    }, css)
    await this.tab.write(text)
  }

  /** The text of a field. */
  value(css: string): Promise<string> {
    return this.run((css) => document.querySelector<HTMLInputElement>(css)?.value ?? "", css)
  }

  /** Waits until these fields have these values, with commas between them. */
  async holds(css: string, values: string): Promise<void> {
    const texts = (css: string) =>
      [...document.querySelectorAll<HTMLInputElement | HTMLSelectElement>(css)]
        .map(({ value }) => value)
        .join()
    await this.until(`${values} in ${css}`, async () => (await this.run(texts, css)) === values)
  }

  async reads(css: string): Promise<string> {
    await this.sees(css)
    return this.run((css) => document.querySelector(css)?.textContent ?? "", css)
  }

  /** Where a link leads. */
  async link(css: string): Promise<string> {
    await this.sees(css)
    return this.run((css) => document.querySelector<HTMLAnchorElement>(css)?.href ?? "", css)
  }

  /** Runs a function in the page. */
  run<Given, Result>(work: (given: Given) => Result, given: Given): Promise<Awaited<Result>> {
    return this.tab.evaluate(call(work, given))
  }

  /** Waits for what a function says in the page. */
  async finds(what: string, work: () => boolean): Promise<void> {
    await this.until(what, () => this.run(work, null))
  }

  isThere(css: string, text = "", frame?: string): Promise<boolean> {
    return this.tab.evaluate(`${call(find, { css, text })} !== null`, frame)
  }

  /** A page that is just being left can't answer, nor a frame that is not there yet. */
  private async until(what: string, condition: () => Promise<boolean>): Promise<void> {
    let trouble: unknown
    const calm = () =>
      condition().catch((error) => {
        trouble = error
        return false
      })
    await waitFor(what, calm).catch((cause) => {
      throw new Error(`${cause.message} The last trouble: ${trouble}`, { cause })
    })
  }
}
