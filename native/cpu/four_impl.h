// Four vectors of sixteen lanes side by side; included after F16. Each operation is written for all four before the
// next, so that none waits for the one just before it: a processor looks ahead over some hundred instructions, which
// are three vectors of a long formula. Worth it where the registers hold all that (kManyRegisters).
struct Four {
  F16 a, b, c, d;

  static Four load(const float* p) {
    return {F16::load(p), F16::load(p + kLanes), F16::load(p + 2 * kLanes), F16::load(p + 3 * kLanes)};
  }
  static Four set(float x) { return all(F16::set(x)); }
  static Four all(const F16& x) { return {x, x, x, x}; }
  void store(float* p) const { a.store(p), b.store(p + kLanes), c.store(p + 2 * kLanes), d.store(p + 3 * kLanes); }
  friend Four operator+(const Four& x, const Four& y) { return {x.a + y.a, x.b + y.b, x.c + y.c, x.d + y.d}; }
  friend Four operator-(const Four& x, const Four& y) { return {x.a - y.a, x.b - y.b, x.c - y.c, x.d - y.d}; }
  friend Four operator*(const Four& x, const Four& y) { return {x.a * y.a, x.b * y.b, x.c * y.c, x.d * y.d}; }
  friend Four operator/(const Four& x, const Four& y) { return {x.a / y.a, x.b / y.b, x.c / y.c, x.d / y.d}; }
  static Four max(const Four& x, const Four& y) {
    return {F16::max(x.a, y.a), F16::max(x.b, y.b), F16::max(x.c, y.c), F16::max(x.d, y.d)};
  }
  static Four fma(const Four& x, const Four& y, const Four& z) {
    return {F16::fma(x.a, y.a, z.a), F16::fma(x.b, y.b, z.b), F16::fma(x.c, y.c, z.c), F16::fma(x.d, y.d, z.d)};
  }
  static Four scale(const Four& x, const Four& n) {
    return {F16::scale(x.a, n.a), F16::scale(x.b, n.b), F16::scale(x.c, n.c), F16::scale(x.d, n.d)};
  }
  static Four copy_sign(const Four& x, const Four& y) {
    return {F16::copy_sign(x.a, y.a), F16::copy_sign(x.b, y.b), F16::copy_sign(x.c, y.c), F16::copy_sign(x.d, y.d)};
  }
  static Four abs(const Four& x) { return {F16::abs(x.a), F16::abs(x.b), F16::abs(x.c), F16::abs(x.d)}; }
  static Four round_half_even(const Four& x) {
    return {F16::round_half_even(x.a), F16::round_half_even(x.b), F16::round_half_even(x.c), F16::round_half_even(x.d)};
  }
};
