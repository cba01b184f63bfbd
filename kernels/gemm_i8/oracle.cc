// The product by its definition, as a sum of outer products.
#include <algorithm>

#include "kernels/test/oracles.h"

namespace tilescribe::oracle {

void gemm_i8(const Matrix<int8_t>& a, const Matrix<uint8_t>& w, int64_t* c) {
  std::fill_n(c, static_cast<int64_t>(a.rows) * w.rows, int64_t{0});
  for (int k = 0; k < a.columns; k++) {
    for (int r = 0; r < a.rows; r++) {
      for (int n = 0; n < w.rows; n++) c[static_cast<int64_t>(r) * w.rows + n] += int64_t{a.at(r, k)} * w.at(n, k);
    }
  }
}

}  // namespace tilescribe::oracle
