// The modules of a QR code: patterns of function, data along the columns, one mask (ISO/IEC 18004:2015, 6.3, 7.7 to 7.10).

/** The centers of the alignment patterns of each version (annex E). */
const ALIGNMENT: readonly (readonly number[])[] = [
  [], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50],
];

const MASKS: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/** The bits of error correction level L in the format (table 12). */
const LEVEL_L = 0b01;

export class Grid {
  readonly #size: number;
  readonly #dark: boolean[][];
  /** What is no data: no mask turns it over. */
  readonly #isFunction: boolean[][];

  constructor(version: number, bytes: readonly number[], mask: number) {
    this.#size = 17 + 4 * version;
    const empty = () => Array.from({ length: this.#size }, () => Array.from({ length: this.#size }, () => false));
    this.#dark = empty();
    this.#isFunction = empty();
    this.#drawPatterns(version);
    this.#drawFormat(mask);
    if (version >= 7) this.#drawVersion(version);
    this.#drawData(bytes, MASKS[mask] ?? (() => false));
  }

  rows(): boolean[][] {
    return this.#dark.map((row) => [...row]);
  }

  /** How hard it is to read (7.8.3). */
  penalty(): number {
    const rows = this.#dark;
    const columns = rows.map((_, x) => rows.map((row) => row[x] ?? false));
    const lines = [...rows, ...columns];
    const dark = rows.flat().filter(Boolean).length;
    const share = (dark * 100) / (this.#size * this.#size);
    return sum(lines.map(runs)) + this.#squares() * 3 + sum(lines.map(finders)) * 40 + Math.floor(Math.abs(share - 50) / 5) * 10;
  }

  #drawPatterns(version: number): void {
    for (let at = 0; at < this.#size; at += 1) {
      this.#put(6, at, at % 2 === 0);
      this.#put(at, 6, at % 2 === 0);
    }
    const end = this.#size - 4;
    for (const [x, y] of [[3, 3], [end, 3], [3, end]] as const) this.#drawSquare(x, y, 4, [2, 4]);
    const centers = ALIGNMENT[version - 1] ?? [];
    const last = centers.at(-1);
    for (const x of centers) {
      for (const y of centers) {
        const isFinder = (x === 6 && y === 6) || (x === 6 && y === last) || (x === last && y === 6);
        if (!isFinder) this.#drawSquare(x, y, 2, [1]);
      }
    }
  }

  /** Squares in one another, of which the rings of some radii are light. */
  #drawSquare(x: number, y: number, radius: number, light: readonly number[]): void {
    for (let dy = -radius; dy <= radius; dy += 1) {
      for (let dx = -radius; dx <= radius; dx += 1) this.#put(x + dx, y + dy, !light.includes(Math.max(Math.abs(dx), Math.abs(dy))));
    }
  }

  #drawFormat(mask: number): void {
    const data = (LEVEL_L << 3) | mask;
    const bits = ((data << 10) | remainder(data, 10, 0x537)) ^ 0x5412;
    const bit = (at: number) => ((bits >> at) & 1) === 1;
    for (let at = 0; at < 6; at += 1) this.#put(8, at, bit(at));
    this.#put(8, 7, bit(6));
    this.#put(8, 8, bit(7));
    this.#put(7, 8, bit(8));
    for (let at = 9; at < 15; at += 1) this.#put(14 - at, 8, bit(at));
    for (let at = 0; at < 8; at += 1) this.#put(this.#size - 1 - at, 8, bit(at));
    for (let at = 8; at < 15; at += 1) this.#put(8, this.#size - 15 + at, bit(at));
    this.#put(8, this.#size - 8, true);
  }

  #drawVersion(version: number): void {
    const bits = (version << 12) | remainder(version, 12, 0x1f25);
    for (let at = 0; at < 18; at += 1) {
      const [far, near] = [this.#size - 11 + (at % 3), Math.floor(at / 3)];
      this.#put(far, near, ((bits >> at) & 1) === 1);
      this.#put(near, far, ((bits >> at) & 1) === 1);
    }
  }

  /** In columns of two from the right, up and down in turn. */
  #drawData(bytes: readonly number[], isMasked: (x: number, y: number) => boolean): void {
    let bit = 0;
    let isUpward = true;
    for (let right = this.#size - 1; right > 0; right -= 2) {
      // The column of timing is none of them.
      if (right === 6) right = 5;
      for (let step = 0; step < this.#size; step += 1) {
        const y = isUpward ? this.#size - 1 - step : step;
        for (const x of [right, right - 1]) {
          if (this.#isFunction[y]?.[x]) continue;
          const value = (((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1) === 1;
          const row = this.#dark[y];
          if (row) row[x] = value !== isMasked(x, y);
          bit += 1;
        }
      }
      isUpward = !isUpward;
    }
  }

  #squares(): number {
    let count = 0;
    for (let y = 1; y < this.#size; y += 1) {
      for (let x = 1; x < this.#size; x += 1) {
        const color = this.#dark[y]?.[x];
        if (color === this.#dark[y]?.[x - 1] && color === this.#dark[y - 1]?.[x] && color === this.#dark[y - 1]?.[x - 1]) count += 1;
      }
    }
    return count;
  }

  #put(x: number, y: number, isDark: boolean): void {
    const [row, functions] = [this.#dark[y], this.#isFunction[y]];
    // Patterns at the edge reach over it.
    if (!row || !functions || x < 0 || x >= this.#size) return;
    row[x] = isDark;
    functions[x] = true;
  }
}

/** Three for five of a color in a line, one for each further. */
function runs(line: readonly boolean[]): number {
  return lengths(line).reduce((total, length) => total + (length >= 5 ? length - 2 : 0), 0);
}

/** What looks like the pattern of a corner: 1:1:3:1:1 with four light ones beside. */
function finders(line: readonly boolean[]): number {
  const text = line.map((isDark) => (isDark ? '1' : '0')).join('');
  return [...text.matchAll(/(?=00001011101|10111010000)/g)].length;
}

function lengths(line: readonly boolean[]): number[] {
  const found: number[] = [];
  line.forEach((isDark, at) => {
    if (at > 0 && isDark === line[at - 1]) found.push((found.pop() ?? 0) + 1);
    else found.push(1);
  });
  return found;
}

/** The remainder of a polynomial over GF(2), shifted by the degree of the generator. */
function remainder(value: number, degree: number, generator: number): number {
  let rest = value;
  for (let bit = 0; bit < degree; bit += 1) rest = (rest << 1) ^ ((rest >> (degree - 1)) * generator);
  return rest;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
