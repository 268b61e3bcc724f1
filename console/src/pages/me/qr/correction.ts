// The Reed-Solomon code of QR codes: GF(256) over x⁸+x⁴+x³+x²+1, generator with roots 2⁰ … 2ⁿ⁻¹ (ISO/IEC 18004:2015, 7.5).

const MODULUS = 0x11d;

/** The bytes of correction of a block: the remainder of its polynomial. */
export function corrected(data: Uint8Array, count: number): Uint8Array {
  const generator = generatorOf(count);
  const remainder = new Uint8Array(count);
  for (const byte of data) {
    const factor = byte ^ (remainder[0] ?? 0);
    remainder.copyWithin(0, 1);
    remainder[count - 1] = 0;
    for (let at = 0; at < count; at += 1) remainder[at] = (remainder[at] ?? 0) ^ product(generator[at] ?? 0, factor);
  }
  return remainder;
}

/** The coefficients below the leading one, the highest first. */
function generatorOf(count: number): Uint8Array {
  const generator = new Uint8Array(count);
  generator[count - 1] = 1;
  let root = 1;
  for (let degree = 0; degree < count; degree += 1) {
    // Times (x − root).
    for (let at = 0; at < count; at += 1) generator[at] = product(generator[at] ?? 0, root) ^ (generator[at + 1] ?? 0);
    root = product(root, 2);
  }
  return generator;
}

function product(left: number, right: number): number {
  let result = 0;
  for (let bit = 7; bit >= 0; bit -= 1) {
    result = (result << 1) ^ ((result >> 7) * MODULUS);
    result ^= ((right >> bit) & 1) * left;
  }
  return result;
}
