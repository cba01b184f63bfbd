// The one loop that takes the time of the full-precision model: rows of numbers times the rows of a matrix, in float32.
#pragma once

#include <cstdint>

namespace tilescribe::reference {

// Rows of float32 that need not lie close to one another.
struct FloatView {
  const float* data;
  int count;
  int64_t stride;  // from row to row
};

// Whether this CPU runs what `multiply` was compiled for.
bool can_multiply();

// y[r][n] = sum over k of x[r][k] * w[n][k], + bias[n] unless `bias` is nullptr. `inputs` is a multiple of 8. Sums are
// kept in eight lanes, each with fused multiply-adds where the CPU has them.
void multiply(const FloatView& x, const FloatView& w, int inputs, const float* bias, float* y, int64_t y_stride);

}  // namespace tilescribe::reference
