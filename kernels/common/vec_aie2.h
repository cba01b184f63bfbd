// npu_vec.h on the core of XDNA1, over aie_api. Never compiled where this was written (no compiler for the core
// was to be had); every name is from aie_api's own headers, and kernels/verify is what proves it.
//
// What each operation maps to, and what it is worth
//   Mmul            aie::mmul<4, 8, 8, A, B, acc32>, one VMAC of 256 products for each mac; A and B of any two
//                   signs (mul_4x8_8x8 takes the signs as operands). Exact.
//   mac_transposed  aie::transpose(v, 8, 8) of 64 bytes first: one VSHUFFLE (T8_8x8). Exact.
//   I16 + -         aie::add, aie::sub on vector<int32, 16>, modulo 2^32. Exact.
//   store_*_halves  accum<acc32, 16>.to_vector<int8>(0): shift-round-saturate without a shift. Exact in range.
//   F16 + - max min abs    aie::add, sub, max, min, abs on vector<float, 16>: the accumulator's own adder. Its
//                   alignment drops bits below the larger operand's last: 1 ulp of the larger operand.
//   F16 *           aie::mul: nine products of bfloat16 thirds, summed in float32 (llvm-aie's accuracy_safe, the
//                   default; the fast and low ones must not be chosen): 2 ulp.
//   fma             aie::mac on accum<accfloat, 16>: the products are added one by one: 3 ulp of the largest term.
//   /               aie::inv (two steps of Newton's method from an integer guess) and one correction: 3 ulp.
//   inverse_square_root    aie::invsqrt and one step of Newton's method: 4 ulp.
//   round           x + 1.5 * 2^23 and the integer difference of the bits, for |x| < 2^22: rounds half to even as
//                   the adder does. aie::to_fixed is not used: its rounding has changed between versions.
//   to_float        aie::to_float, two halves of 16 bits by the same means: 1 ulp.
//   scale           an integer addition to the exponent. a is in [0.5, 2) and the result normal, or of no weight.
//   binary_logarithm    functions.h, log2_polynomial
//
// Subnormal numbers are flushed to zero. Products, quotients and conversions are functions, not inlined: each is some
// twenty instructions, there are a hundred of them in the decoder's kernels, and a core has 16 KB of program.
#pragma once

#include <aie_api/aie.hpp>
#include <cstdint>

namespace tilescribe::tile {

// Rounding governs how aie::mul splits its operands, and the shift-round-saturate unit; the default truncates.
inline void set_rounding_half_even() {
  aie::set_rounding(aie::rounding_mode::conv_even);
  aie::set_saturation(aie::saturation_mode::saturate);
}

inline constexpr float kMagic = 12582912.0f;       // 1.5 * 2^23
inline constexpr int32_t kMagicBits = 0x4b400000;  // its bits
inline constexpr int32_t kSignBit = INT32_MIN;

// Inline for the linker, which keeps one of each; not for the compiler.
#define TILESCRIBE_CALLED inline __attribute__((noinline))

using FloatVector = aie::vector<float, kLanes>;
using FloatSums = aie::accum<accfloat, kLanes>;

TILESCRIBE_CALLED FloatVector multiply_floats(FloatVector a, FloatVector b) {
  return aie::mul(a, b).to_vector<float>();
}
TILESCRIBE_CALLED FloatVector multiply_add_floats(FloatVector a, FloatVector b, FloatVector c) {
  return aie::mac(FloatSums(c), a, b).to_vector<float>();
}
TILESCRIBE_CALLED FloatVector divide_floats(FloatVector a, FloatVector b) {
  const FloatVector inverse = aie::inv(b);
  const FloatVector quotient = multiply_floats(a, inverse);
  const FloatVector rest = aie::msc(FloatSums(a), quotient, b).to_vector<float>();
  return multiply_add_floats(rest, inverse, quotient);
}
TILESCRIBE_CALLED FloatVector to_floats(aie::vector<int32_t, kLanes> v) { return aie::to_float(v); }

struct F16 {
  using Bits = aie::vector<int32_t, kLanes>;
  FloatVector v;

  static F16 load(const float* p) { return {aie::load_v<kLanes>(p)}; }
  static F16 set(float x) { return {aie::broadcast<float, kLanes>(x)}; }
  void store(float* p) const { aie::store_v(p, v); }
  friend F16 operator+(const F16& a, const F16& b) { return {aie::add(a.v, b.v)}; }
  friend F16 operator-(const F16& a, const F16& b) { return {aie::sub(a.v, b.v)}; }
  friend F16 operator*(const F16& a, const F16& b) { return {multiply_floats(a.v, b.v)}; }
  friend F16 operator/(const F16& a, const F16& b) { return {divide_floats(a.v, b.v)}; }
  static F16 max(const F16& a, const F16& b) { return {aie::max(a.v, b.v)}; }
  static F16 min(const F16& a, const F16& b) { return {aie::min(a.v, b.v)}; }
  static F16 abs(const F16& a) { return {aie::abs(a.v)}; }
  static F16 copy_sign(const F16& magnitude, const F16& sign) {
    const Bits value = aie::bit_and(magnitude.v.cast_to<int32_t>(), aie::broadcast<int32_t, kLanes>(~kSignBit));
    const Bits bit = aie::bit_and(sign.v.cast_to<int32_t>(), aie::broadcast<int32_t, kLanes>(kSignBit));
    return {aie::bit_or(value, bit).cast_to<float>()};
  }
  static F16 round_half_even(const F16& a) { return (a + set(kMagic)) - set(kMagic); }
  static F16 fma(const F16& a, const F16& b, const F16& c) { return {multiply_add_floats(a.v, b.v, c.v)}; }
  static F16 scale(const F16& a, const F16& n) {
    const Bits whole = aie::sub((n + set(kMagic)).v.cast_to<int32_t>(), aie::broadcast<int32_t, kLanes>(kMagicBits));
    return {aie::add(a.v.cast_to<int32_t>(), aie::upshift(whole, 23)).cast_to<float>()};
  }
  static F16 keep_first(const F16& a, int count, float rest) {
    const uint32_t bits = count >= kLanes ? 0xffffu : count <= 0 ? 0u : (1u << count) - 1u;
    return {aie::select(set(rest).v, a.v, aie::mask<kLanes>::from_uint32(bits))};
  }
  static float reduce_max(F16 a) {
    for (unsigned width = kLanes / 2; width > 0; width /= 2) a.v = aie::max(a.v, aie::shuffle_down(a.v, width));
    return a.v.get(0);
  }
  static float reduce_add(F16 a) {
    for (unsigned width = kLanes / 2; width > 0; width /= 2) a.v = aie::add(a.v, aie::shuffle_down(a.v, width));
    return a.v.get(0);
  }
};

struct I16 {
  using Vector = aie::vector<int32_t, kLanes>;
  Vector v;

  static I16 load(const int32_t* p) { return {aie::load_v<kLanes>(p)}; }
  static I16 set(int32_t x) { return {aie::broadcast<int32_t, kLanes>(x)}; }
  static I16 halves(int32_t low, int32_t high) {
    return {aie::concat(aie::broadcast<int32_t, 8>(low), aie::broadcast<int32_t, 8>(high))};
  }
  static I16 load_halves(const int32_t* low, const int32_t* high) {
    return {aie::concat(aie::load_v<8>(low), aie::load_v<8>(high))};
  }
  static I16 round(const F16& a) {
    return {aie::sub((a + F16::set(kMagic)).v.cast_to<int32_t>(), aie::broadcast<int32_t, kLanes>(kMagicBits))};
  }
  friend I16 operator+(const I16& a, const I16& b) { return {aie::add(a.v, b.v)}; }
  friend I16 operator-(const I16& a, const I16& b) { return {aie::sub(a.v, b.v)}; }
  F16 to_float() const { return {to_floats(v)}; }
  void store(int32_t* p) const { aie::store_v(p, v); }
  template <typename Byte>
  aie::vector<Byte, kLanes> pack() const {
    aie::accum<acc32, kLanes> sums;
    sums.from_vector(v);
    return sums.to_vector<Byte>(0);
  }
  // A vector store is 16 bytes at least; halves are two words each.
  template <typename Byte>
  void store_halves(Byte* low, Byte* high) const {
    const aie::vector<int32_t, 4> words = pack<Byte>().template cast_to<int32_t>();
    int32_t* first = reinterpret_cast<int32_t*>(low);
    int32_t* second = reinterpret_cast<int32_t*>(high);
    first[0] = words.get(0);
    first[1] = words.get(1);
    second[0] = words.get(2);
    second[1] = words.get(3);
  }
  void store_int8_halves(int8_t* low, int8_t* high) const { store_halves<int8_t>(low, high); }
  void store_uint8_halves(uint8_t* low, uint8_t* high) const { store_halves<uint8_t>(low, high); }
  void store_int8(int8_t* p) const { aie::store_v(p, pack<int8_t>()); }
  static int32_t reduce_add(I16 a) {
    for (unsigned width = kLanes / 2; width > 0; width /= 2) a.v = aie::add(a.v, aie::shuffle_down(a.v, width));
    return a.v.get(0);
  }
};

// The scalar unit has no floating point: single numbers take a lane.
inline float divide(float a, float b) { return (F16::set(a) / F16::set(b)).v.get(0); }

inline float inverse_square_root(float x) {
  const F16 number = F16::set(x);
  const F16 guess = {aie::invsqrt(number.v)};
  const F16 half = F16::set(-0.5f) * number * guess;
  return (guess * F16::fma(half, guess, F16::set(1.5f))).v.get(0);
}

template <typename A, typename B>
struct Mmul {
  using Product = aie::mmul<4, 8, 8, A, B, acc32>;
  Product sums;

  void clear() { sums = Product(); }
  void load(const int32_t* p) { sums = Product(aie::load_v<32>(p)); }
  void store(int32_t* p) const { aie::store_v(p, sums.template to_vector<int32_t>(0)); }
  void mac(const A* a, const B* b) { sums.mac(aie::load_v<32>(a), aie::load_v<64>(b)); }
  void mac_transposed(const A* a, const B* b) {
    sums.mac(aie::load_v<32>(a), aie::transpose(aie::load_v<64>(b), 8, 8));
  }
};

}  // namespace tilescribe::tile
