/**
 * Dynamic time warping (Sakoe and Chiba, 1978) as openai/whisper has it (timing.py, dtw_cpu): the cheapest
 * path through a matrix of costs from its first to its last corner that goes down, right, or both. Pure.
 */

const DIAGONAL = 0;
const DOWN = 1;
const RIGHT = 2;

/**
 * @param costs float32 [rows, columns]; may be negative.
 * @returns for each row the first column of the path in it, never going back. Sums are rounded to float32 and
 *   ways as cheap as going right go right, as in openai/whisper; when down and diagonal are equal and cheaper,
 *   where it goes right all the same, this takes the diagonal.
 */
export function warpTime(costs: Float32Array, rows: number, columns: number): Int32Array {
  if (costs.length !== rows * columns) throw new RangeError(`${costs.length} costs for ${rows} x ${columns}`);
  const firsts = new Int32Array(rows);
  if (columns === 0) return firsts;
  const trace = traceSteps(costs, rows, columns);
  let row = rows - 1;
  let column = columns - 1;
  while (row >= 0) {
    firsts[row] = column;
    const step = row > 0 && column > 0 ? trace[row * columns + column] : column > 0 ? RIGHT : DOWN;
    if (step !== RIGHT) row--;
    if (step !== DOWN) column--;
  }
  return firsts;
}

/** How the cheapest path comes into each cell. */
function traceSteps(costs: Float32Array, rows: number, columns: number): Uint8Array {
  const trace = new Uint8Array(rows * columns);
  // sums[c + 1] belongs to column c; sums[0] stands before the first column.
  let above = new Float32Array(columns + 1).fill(Infinity);
  let sums = new Float32Array(columns + 1);
  above[0] = 0;
  for (let row = 0; row < rows; row++) {
    sums[0] = Infinity;
    for (let column = 0; column < columns; column++) {
      const diagonal = above[column]!;
      const down = above[column + 1]!;
      const right = sums[column]!;
      let step = RIGHT;
      let sum = right;
      if (diagonal <= down && diagonal < right) {
        step = DIAGONAL;
        sum = diagonal;
      } else if (down < right) {
        step = DOWN;
        sum = down;
      }
      sums[column + 1] = sum + costs[row * columns + column]!;
      trace[row * columns + column] = step;
    }
    [above, sums] = [sums, above];
  }
  return trace;
}
