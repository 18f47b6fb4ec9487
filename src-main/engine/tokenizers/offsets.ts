/**
 * Converts offsets counted in code points, as the tokenizers library gives them, into UTF-16 code units.
 * A lone surrogate counts as one code point, since the library sees it as one U+FFFD.
 *
 * @param pairs `[start, end]` of each token, in code points of `text`
 * @returns [2 * tokens]: start, end, start, end, ... in UTF-16 code units of `text`
 */
export function toCodeUnits(pairs: readonly (readonly number[])[], text: string): Int32Array {
  const flat = new Int32Array(2 * pairs.length);
  const units = hasSurrogatePair.test(text) ? unitOfCodePoint(text) : undefined;
  pairs.forEach((pair, token) => {
    const [start, end] = pair as [number, number];
    flat[2 * token] = units ? units[start]! : start;
    flat[2 * token + 1] = units ? units[end]! : end;
  });
  return flat;
}

const hasSurrogatePair = /[\uD800-\uDBFF][\uDC00-\uDFFF]/;

/** [code points + 1]: the UTF-16 index at which each code point begins, and the text's length at the end. */
function unitOfCodePoint(text: string): Int32Array {
  const units = new Int32Array(text.length + 1);
  let count = 0;
  let unit = 0;
  for (const character of text) {
    units[count++] = unit;
    unit += character.length;
  }
  units[count++] = unit;
  return units.subarray(0, count);
}
