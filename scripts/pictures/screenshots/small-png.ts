/** PNG files with a palette: a third of the size, and every colour of an area stays exactly as it was. */

import { crc32, deflateSync, inflateSync } from "node:zlib"

const SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10])
const COLOURS = 256
/** Squared distance in RGB within which a colour that is rare gives way to one that is common. */
const FIRST_DISTANCE = 48

type Pixels = { width: number; height: number /** As 0xRRGGBB, row by row. */; colours: Uint32Array }

/** @param png with 8 bits a channel, as Chromium writes it */
export function smallPng(png: Buffer): Buffer {
  const pixels = decode(png)
  const palette = paletteOf(pixels.colours)
  return encode(pixels, palette)
}

/** PNG, sections 5 and 9: one image without interlacing, of RGB or RGBA, as screenshots are. */
function decode(png: Buffer): Pixels {
  const data: Buffer[] = []
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at)
    if (png.toString("latin1", at + 4, at + 8) === "IDAT") data.push(png.subarray(at + 8, at + 8 + length))
    at += length + 12
  }
  const [width, height, channels] = [png.readUInt32BE(16), png.readUInt32BE(20), png[25] === 6 ? 4 : 3]
  const raw = inflateSync(Buffer.concat(data))
  const stride = width * channels
  const colours = new Uint32Array(width * height)
  let above: Uint8Array = new Uint8Array(stride)
  for (let y = 0; y < height; y++) {
    const start = y * (stride + 1)
    const row = raw.subarray(start + 1, start + 1 + stride)
    unfilter(row, above, raw[start] ?? 0, channels)
    for (let x = 0; x < width; x++) colours[y * width + x] = row.readUIntBE(x * channels, 3)
    above = row
  }
  return { width, height, colours }
}

/** PNG, section 9.2: each byte is stored as what it differs from its neighbours by. */
function unfilter(row: Uint8Array, above: Uint8Array, filter: number, channels: number): void {
  for (let i = 0; i < row.length; i++) {
    const left = i < channels ? 0 : (row[i - channels] ?? 0)
    const up = above[i] ?? 0
    const corner = i < channels ? 0 : (above[i - channels] ?? 0)
    const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0
    row[i] = (row[i] ?? 0) + guess
  }
}

function paeth(left: number, up: number, corner: number): number {
  const sum = left + up - corner
  const [a, b, c] = [Math.abs(sum - left), Math.abs(sum - up), Math.abs(sum - corner)]
  return a <= b && a <= c ? left : b <= c ? up : corner
}

/** The most common colours, none of them nearly the same as a more common one, and the place of every colour among them. */
function paletteOf(colours: Uint32Array): { palette: number[]; places: Map<number, number> } {
  const counts = new Map<number, number>()
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1)
  const common = [...counts.keys()].sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0))
  const palette = common.slice(0, COLOURS / 4)
  for (let distance = FIRST_DISTANCE; distance > 0 && palette.length < COLOURS; distance >>= 1) {
    for (const colour of common) {
      if (palette.length === COLOURS) break
      if (!palette.some((other) => distanceOf(colour, other) < distance)) palette.push(colour)
    }
  }
  return { palette, places: new Map(common.map((colour) => [colour, nearest(palette, colour)])) }
}

function nearest(palette: number[], colour: number): number {
  let best = 0
  for (const [i, other] of palette.entries()) {
    if (distanceOf(colour, other) < distanceOf(colour, palette[best] ?? 0)) best = i
  }
  return best
}

function distanceOf(one: number, other: number): number {
  const red = (one >> 16) - (other >> 16)
  const green = ((one >> 8) & 255) - ((other >> 8) & 255)
  const blue = (one & 255) - (other & 255)
  return red * red + green * green + blue * blue
}

function encode({ width, height, colours }: Pixels, { palette, places }: ReturnType<typeof paletteOf>) {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 3], 8)
  const rows = Buffer.alloc(height * (width + 1))
  for (const [i, colour] of colours.entries()) {
    rows[i + Math.floor(i / width) + 1] = places.get(colour) ?? 0
  }
  const table = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]))
  const parts = [chunk("IHDR", head), chunk("PLTE", table), chunk("IDAT", deflateSync(rows, { level: 9 }))]
  return Buffer.concat([SIGNATURE, ...parts, chunk("IEND", Buffer.alloc(0))])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  check.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, check])
}
