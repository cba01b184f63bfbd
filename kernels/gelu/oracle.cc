// x * Phi(x), Phi being the standard normal distribution. By erfc, so that nothing cancels below zero.
#include <cmath>

#include "kernels/test/oracles.h"

namespace tilescribe::oracle {

double gelu(double x) { return x * 0.5 * std::erfc(-x / std::sqrt(2.0)); }

}  // namespace tilescribe::oracle
