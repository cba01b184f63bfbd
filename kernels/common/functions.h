// Functions of sixteen lanes: the same formulas as native/cpu/kernels_impl.h and attention_impl.h, term by term.
#pragma once

#include <cstring>

#include "kernels/common/npu_vec.h"

namespace tilescribe::tile {

// A row no larger than this counts as zero: the inverse of its scale could be infinite.
inline constexpr float kSmallest = 1e-30f;

// Lower than any score; its weight is 0.
inline constexpr float kNever = -1e30f;

// exp(x) for x <= 0 to 2 ulp: x = n ln 2 + r, |r| <= ln 2 / 2, by the polynomial of Cephes' expf
// (S. Moshier, Cephes Math Library 2.2, expf.c). Below -87 the result is that of -87: 1e-38.
inline F16 exponential(F16 x) {
  x = F16::max(x, F16::set(-87.0f));
  const F16 n = F16::round_half_even(x * F16::set(1.44269504088896341f));
  F16 r = F16::fma(n, F16::set(-0.693359375f), x);
  r = F16::fma(n, F16::set(2.12194440e-4f), r);
  F16 p = F16::set(1.9875691500e-4f);
  p = F16::fma(p, r, F16::set(1.3981999507e-3f));
  p = F16::fma(p, r, F16::set(8.3334519073e-3f));
  p = F16::fma(p, r, F16::set(4.1665795894e-2f));
  p = F16::fma(p, r, F16::set(1.6666665459e-1f));
  p = F16::fma(p, r, F16::set(5.0000001201e-1f));
  p = F16::fma(p, r * r, r) + F16::set(1.0f);
  return F16::scale(p, n);
}

// erf(x) to 1.5e-7: Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26.
inline F16 error_function(F16 x) {
  const F16 a = F16::abs(x);
  const F16 t = F16::set(1.0f) / F16::fma(F16::set(0.3275911f), a, F16::set(1.0f));
  F16 p = F16::set(1.061405429f);
  p = F16::fma(p, t, F16::set(-1.453152027f));
  p = F16::fma(p, t, F16::set(1.421413741f));
  p = F16::fma(p, t, F16::set(-0.284496736f));
  p = F16::fma(p, t, F16::set(0.254829592f));
  const F16 y = F16::set(1.0f) - p * t * exponential(F16::set(0.0f) - a * a);
  return F16::copy_sign(y, x);
}

// x * Phi(x) by the error function.
inline F16 gelu(F16 x) {
  return F16::set(0.5f) * x * (F16::set(1.0f) + error_function(x * F16::set(0.70710678118654752f)));
}

// 2^x for x <= 8 to 8e-5, a fortieth of a step of 8 bits: minimax polynomial of degree 3 on [-1/2, 1/2]. Below
// -100 the result is that of -100.
inline F16 power_of_two(F16 x) {
  x = F16::max(x, F16::set(-100.0f));
  const F16 n = F16::round_half_even(x);
  const F16 r = x - n;
  F16 p = F16::set(0.05517166907f);
  p = F16::fma(p, r, F16::set(0.2426111222f));
  p = F16::fma(p, r, F16::set(0.6932609855f));
  p = F16::fma(p, r, F16::set(0.9999280735f));
  return F16::scale(p, n);
}

// log2(x) of a positive normal number to 1e-7 + 1 ulp: x = 2^e (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)), and
// log2(1 + f) / f interpolated at the nine Chebyshev nodes of that range.
inline float log2_polynomial(float x) {
  int32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  const int32_t e = (bits - 0x3f3504f3) >> 23;
  bits -= e * (1 << 23);
  float m;
  std::memcpy(&m, &bits, sizeof m);
  const F16 f = F16::set(m) - F16::set(1.0f);
  constexpr float kTerms[] = {-0.2058618814f, 0.2160782218f, -0.2391698807f, 0.2879032493f,
                              -0.3606932759f, 0.4809107482f, -0.7213474512f, 1.4426950216f};
  F16 p = F16::set(0.1231096834f);
  for (float term : kTerms) p = F16::fma(p, f, F16::set(term));
  return F16::reduce_max(F16::fma(p, f, I16::set(e).to_float()));
}

// The CPU engine takes the C library's, correctly rounded but for a few arguments; the core has none.
inline float binary_logarithm(float x) {
#if KERNELS_HOST
  return __builtin_log2f(x);
#else
  return log2_polynomial(x);
#endif
}

}  // namespace tilescribe::tile
