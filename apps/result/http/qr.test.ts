import { expect, test } from "bun:test"
import { qrSvg } from "./qr"

test("a QR code is black on white and has a label for screen readers", () => {
  const svg = qrSvg("https://vote.example/polls/a", { label: 'Vote "here" <now>' })
  expect(svg).toContain('aria-label="Vote &quot;here&quot; &lt;now>"')
  expect(svg).toMatch(/fill="#fff".*fill="#000"/)
})
