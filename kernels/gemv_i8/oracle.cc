// The product by its definition.
#include "kernels/test/oracles.h"

namespace tilescribe::oracle {

void gemv_i8(const Matrix<int8_t>& a, const Matrix<uint8_t>& w, const int32_t* zero, int64_t* sums) {
  for (int r = 0; r < a.rows; r++) {
    for (int n = 0; n < w.rows; n++) {
      int64_t sum = 0;
      for (int k = 0; k < a.columns; k++) {
        const int64_t weight = static_cast<int64_t>(w.at(n, k)) - zero[n / 16];
        sum += a.at(r, k) * weight;
      }
      sums[static_cast<int64_t>(r) * w.rows + n] = sum;
    }
  }
}

double linear(int64_t sum, float scale, float w_scale, float bias) {
  return static_cast<double>(sum) * (static_cast<double>(scale) * w_scale) + bias;
}

}  // namespace tilescribe::oracle
