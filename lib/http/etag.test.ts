import { expect, test } from "bun:test"
import { namesTag } from "./etag"

test.each(['"3-open"', 'W/"3-open"', '"1", W/"3-open" , "2"', "*"])("%s names the tag", (condition) => {
  expect(namesTag(condition, '"3-open"')).toBe(true)
})

test.each([null, "", '"3-closed"', "3-open", '"3-open-1"'])("%s does not name the tag", (condition) => {
  expect(namesTag(condition, '"3-open"')).toBe(false)
})
