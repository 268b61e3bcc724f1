// QR codes (ISO/IEC 18004:2015) of short texts: byte mode, error correction level L, versions 1 to 10. The address of a second
// factor is some hundred bytes long; what is longer has no code, and is typed.
import { corrected } from './correction';
import { Grid } from './grid';

/** Of each version: the bytes of correction of a block, and the data bytes of each block (table 9). */
const VERSIONS: readonly { correction: number; blocks: readonly number[] }[] = [
  { correction: 7, blocks: [19] },
  { correction: 10, blocks: [34] },
  { correction: 15, blocks: [55] },
  { correction: 20, blocks: [80] },
  { correction: 26, blocks: [108] },
  { correction: 18, blocks: [68, 68] },
  { correction: 20, blocks: [78, 78] },
  { correction: 24, blocks: [97, 97] },
  { correction: 30, blocks: [116, 116] },
  { correction: 18, blocks: [68, 68, 69, 69] },
];

const BYTE_MODE = 0b0100;

/** From this version on the length takes 16 bits (table 3). */
const LONG_LENGTH_FROM = 10;

/** The modules of a text's code, row by row, true for dark; `null` where it is too long. */
export function qrCode(text: string, mask?: number): boolean[][] | null {
  const bytes = new TextEncoder().encode(text);
  const at = VERSIONS.findIndex(({ blocks }, index) => bytes.length <= sum(blocks) - (index + 1 >= LONG_LENGTH_FROM ? 3 : 2));
  const layout = VERSIONS[at];
  if (!layout) return null;
  const version = at + 1;
  const data = framed(bytes, version, sum(layout.blocks));
  const stream = interleaved(data, layout.blocks, layout.correction);
  const masks = mask === undefined ? [0, 1, 2, 3, 4, 5, 6, 7] : [mask];
  const grids = masks.map((one) => new Grid(version, stream, one));
  const best = grids.reduce((left, right) => (right.penalty() < left.penalty() ? right : left));
  return best.rows();
}

/** Mode, length, data, end, and padding up to the capacity (7.4). */
function framed(bytes: Uint8Array, version: number, capacity: number): Uint8Array {
  const bits: number[] = [];
  const push = (value: number, width: number) => {
    for (let bit = width - 1; bit >= 0; bit -= 1) bits.push((value >> bit) & 1);
  };
  push(BYTE_MODE, 4);
  push(bytes.length, version >= LONG_LENGTH_FROM ? 16 : 8);
  for (const byte of bytes) push(byte, 8);
  push(0, Math.min(4, capacity * 8 - bits.length));
  while (bits.length % 8 !== 0) bits.push(0);
  const framed = new Uint8Array(capacity);
  for (let index = 0; index < capacity; index += 1) {
    const own = bits.slice(index * 8, index * 8 + 8);
    const padding = (index - bits.length / 8) % 2 === 0 ? 0xec : 0x11;
    framed[index] = own.length === 0 ? padding : own.reduce((byte, bit) => byte * 2 + bit, 0);
  }
  return framed;
}

/** The bytes of all blocks in turn, then those of their corrections (7.6). */
function interleaved(data: Uint8Array, blocks: readonly number[], correction: number): number[] {
  let from = 0;
  const parts = blocks.map((length) => {
    const part = data.slice(from, from + length);
    from += length;
    return part;
  });
  const corrections = parts.map((part) => corrected(part, correction));
  return [...inTurn(parts), ...inTurn(corrections)];
}

function inTurn(parts: readonly Uint8Array[]): number[] {
  const longest = Math.max(...parts.map((part) => part.length));
  return Array.from({ length: longest }, (_, at) => at).flatMap((at) => parts.flatMap((part) => part[at] ?? []));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
