// Where two texts differ, word by word.

export interface Part {
  text: string;
  changed: boolean;
}

const WORDS = new Intl.Segmenter(undefined, { granularity: "word" });

/** Beyond this many comparisons the middle counts as changed as a whole: nobody reads it word by word. */
const MOST = 4_000_000;

/** Both texts in parts: what stands in both, and what in one only. */
export function difference(before: string, after: string): [Part[], Part[]] {
  if (before === "") return [parts([], new Uint8Array()), parts([after], new Uint8Array(1))]; // nothing to compare with
  const a = words(before);
  const b = words(after);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const inA = new Uint8Array(a.length).fill(1, start, a.length - end);
  const inB = new Uint8Array(b.length).fill(1, start, b.length - end);
  const [n, m] = [a.length - end - start, b.length - end - start];
  if (n * m > 0 && n * m <= MOST) unmarkCommon(a, b, start, n, m, inA, inB);
  return [parts(a, inA), parts(b, inB)];
}

/** Piece by piece: the time that a segmenter takes grows with the square of the text's length. */
function words(text: string): string[] {
  const pieces = text.match(/\s+|\S{1,1000}/gu) ?? [];
  return pieces.flatMap((piece) => Array.from(WORDS.segment(piece), ({ segment }) => segment));
}

/** Take the longest common subsequence of the two middles out of what is marked as changed. */
function unmarkCommon(a: string[], b: string[], start: number, n: number, m: number, inA: Uint8Array, inB: Uint8Array): void {
  const width = m + 1;
  const lengths = new Uint16Array((n + 1) * width);
  for (let i = n - 1; i >= 0; i--) {
    for (let j = m - 1; j >= 0; j--) {
      lengths[i * width + j] =
        a[start + i] === b[start + j]
          ? lengths[(i + 1) * width + j + 1]! + 1
          : Math.max(lengths[(i + 1) * width + j]!, lengths[i * width + j + 1]!);
    }
  }
  for (let i = 0, j = 0; i < n && j < m; ) {
    if (a[start + i] === b[start + j]) {
      inA[start + i++] = 0;
      inB[start + j++] = 0;
    } else if (lengths[(i + 1) * width + j]! >= lengths[i * width + j + 1]!) i++;
    else j++;
  }
}

/** Neighbours of a kind as one part; a lone space between two changes belongs to them. */
function parts(tokens: string[], marks: Uint8Array): Part[] {
  const found: Part[] = [];
  tokens.forEach((text, index) => {
    const between = /^\s+$/.test(text) && marks[index - 1] === 1 && marks[index + 1] === 1;
    const changed = marks[index] === 1 || between;
    const last = found.at(-1);
    if (last && last.changed === changed) last.text += text;
    else found.push({ text, changed });
  });
  return found;
}
