/**
 * Which heard word is which word of the reference: the cheapest alignment of both (Levenshtein), as in
 * error-rate.ts, with the pairs kept. Pure.
 */

/** For each heard word the index of the reference word that it is, or null when it is wrong or invented. */
export function matchWords(
  reference: readonly string[],
  heard: readonly string[],
): readonly (number | null)[] {
  const width = heard.length + 1;
  const costs = new Uint32Array((reference.length + 1) * width);
  for (let i = 0; i <= reference.length; i++) {
    for (let j = 0; j <= heard.length; j++) {
      const at = i * width + j;
      if (i === 0 || j === 0) {
        costs[at] = i + j;
        continue;
      }
      const isSame = reference[i - 1] === heard[j - 1];
      const diagonal = costs[at - width - 1]! + (isSame ? 0 : 1);
      costs[at] = Math.min(diagonal, costs[at - width]! + 1, costs[at - 1]! + 1);
    }
  }
  const matches: (number | null)[] = new Array<null>(heard.length).fill(null);
  let i = reference.length;
  let j = heard.length;
  while (i > 0 && j > 0) {
    const at = i * width + j;
    const isSame = reference[i - 1] === heard[j - 1];
    if (costs[at] === costs[at - width - 1]! + (isSame ? 0 : 1)) {
      if (isSame) matches[j - 1] = i - 1;
      i--;
      j--;
    } else if (costs[at] === costs[at - width]! + 1) {
      i--;
    } else {
      j--;
    }
  }
  return matches;
}
