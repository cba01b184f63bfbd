// The feed-forward network in double precision.
#include <vector>

#include "kernels/test/oracles.h"

namespace tilescribe::oracle {

namespace {

std::vector<double> multiply(const Matrix<double>& a, const Matrix<double>& w) {
  std::vector<double> y;
  for (int r = 0; r < a.rows; r++) {
    for (int n = 0; n < w.rows; n++) {
      double sum = 0;
      for (int k = 0; k < w.columns; k++) sum += a.at(r, k) * w.at(n, k);
      y.push_back(sum);
    }
  }
  return y;
}

}  // namespace

void ffn(const Matrix<double>& x, const Matrix<double>& up, const Matrix<double>& down, double* y) {
  std::vector<double> inner = multiply(x, up);
  for (double& value : inner) value = gelu(value);
  const std::vector<double> result = multiply({inner.data(), x.rows, up.rows}, down);
  for (double value : result) *y++ = value;
}

}  // namespace tilescribe::oracle
