// Layer normalisation and the quantising of a row, by their definitions.
#include <cmath>

#include "kernels/test/oracles.h"

namespace tilescribe::oracle {

void layer_norm(const Matrix<float>& x, const float* gain, const float* bias, double* y) {
  for (int r = 0; r < x.rows; r++) {
    double mean = 0;
    for (int c = 0; c < x.columns; c++) mean += x.at(r, c);
    mean /= x.columns;
    double variance = 0;
    for (int c = 0; c < x.columns; c++) variance += (x.at(r, c) - mean) * (x.at(r, c) - mean);
    variance /= x.columns;
    const double deviation = std::sqrt(variance + 1e-5);
    for (int c = 0; c < x.columns; c++) {
      y[static_cast<int64_t>(r) * x.columns + c] = (x.at(r, c) - mean) / deviation * gain[c] + bias[c];
    }
  }
}

double quantize_step(const float* x, int columns) {
  double largest = 0;
  for (int c = 0; c < columns; c++) largest = std::fmax(largest, std::fabs(x[c]));
  return largest / 127;
}

}  // namespace tilescribe::oracle
