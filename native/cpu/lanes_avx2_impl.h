// Sixteen lanes of float and int32 as pairs of 256-bit registers, for every set of kernels that has AVX2 and FMA. To be
// included inside its namespace; see kernels_impl.h.

struct F16 {
  __m256 a;
  __m256 b;

  static F16 load(const float* p) { return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)}; }
  static F16 set(float x) { return {_mm256_set1_ps(x), _mm256_set1_ps(x)}; }
  void store(float* p) const {
    _mm256_storeu_ps(p, a);
    _mm256_storeu_ps(p + 8, b);
  }
  friend F16 operator+(F16 x, F16 y) { return {_mm256_add_ps(x.a, y.a), _mm256_add_ps(x.b, y.b)}; }
  friend F16 operator-(F16 x, F16 y) { return {_mm256_sub_ps(x.a, y.a), _mm256_sub_ps(x.b, y.b)}; }
  friend F16 operator*(F16 x, F16 y) { return {_mm256_mul_ps(x.a, y.a), _mm256_mul_ps(x.b, y.b)}; }
  friend F16 operator/(F16 x, F16 y) { return {_mm256_div_ps(x.a, y.a), _mm256_div_ps(x.b, y.b)}; }
  static F16 max(F16 x, F16 y) { return {_mm256_max_ps(x.a, y.a), _mm256_max_ps(x.b, y.b)}; }
  static F16 min(F16 x, F16 y) { return {_mm256_min_ps(x.a, y.a), _mm256_min_ps(x.b, y.b)}; }
  static F16 abs(F16 x) {
    const __m256 mask = _mm256_set1_ps(-0.0f);
    return {_mm256_andnot_ps(mask, x.a), _mm256_andnot_ps(mask, x.b)};
  }
  static F16 copy_sign(F16 magnitude, F16 sign) {
    const __m256 mask = _mm256_set1_ps(-0.0f);
    return {_mm256_or_ps(_mm256_andnot_ps(mask, magnitude.a), _mm256_and_ps(mask, sign.a)),
            _mm256_or_ps(_mm256_andnot_ps(mask, magnitude.b), _mm256_and_ps(mask, sign.b))};
  }
  static F16 round_half_even(F16 x) {
    constexpr int kMode = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
    return {_mm256_round_ps(x.a, kMode), _mm256_round_ps(x.b, kMode)};
  }
  static F16 fma(F16 x, F16 y, F16 z) { return {_mm256_fmadd_ps(x.a, y.a, z.a), _mm256_fmadd_ps(x.b, y.b, z.b)}; }
  static __m256 scale8(__m256 x, __m256 n) {
    const __m256i biased = _mm256_add_epi32(_mm256_cvttps_epi32(n), _mm256_set1_epi32(127));
    return _mm256_mul_ps(x, _mm256_castsi256_ps(_mm256_slli_epi32(biased, 23)));
  }
  static F16 scale(F16 x, F16 n) { return {scale8(x.a, n.a), scale8(x.b, n.b)}; }
  static float reduce_max(F16 x) {
    const __m256 eight = _mm256_max_ps(x.a, x.b);
    const __m128 four = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(two, _mm_shuffle_ps(two, two, 1)));
  }
  // The first `count` lanes, `rest` in the others.
  static F16 keep_first(F16 x, int count, float rest) {
    float lanes[kLanes];
    x.store(lanes);
    for (int i = count; i < kLanes; i++) lanes[i] = rest;
    return load(lanes);
  }
  static float reduce_add(F16 x) {
    const __m256 eight = _mm256_add_ps(x.a, x.b);
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
  }
};

struct I16 {
  __m256i a;
  __m256i b;

  static I16 load(const int32_t* p) {
    return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)),
            _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + 8))};
  }
  static I16 set(int32_t x) { return {_mm256_set1_epi32(x), _mm256_set1_epi32(x)}; }
  static I16 round(F16 x) { return {_mm256_cvtps_epi32(x.a), _mm256_cvtps_epi32(x.b)}; }
  friend I16 operator+(I16 x, I16 y) { return {_mm256_add_epi32(x.a, y.a), _mm256_add_epi32(x.b, y.b)}; }
  friend I16 operator-(I16 x, I16 y) { return {_mm256_sub_epi32(x.a, y.a), _mm256_sub_epi32(x.b, y.b)}; }
  F16 to_float() const { return {_mm256_cvtepi32_ps(a), _mm256_cvtepi32_ps(b)}; }
  void store(int32_t* p) const {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), a);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p + 8), b);
  }
  // Lanes in [-128, 127], and in [0, 255].
  void store_int8(int8_t* p) const {
    const __m256i words = _mm256_permute4x64_epi64(_mm256_packs_epi32(a, b), 0xd8);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p),
                     _mm_packs_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1)));
  }
  void store_uint8(uint8_t* p) const {
    const __m256i words = _mm256_permute4x64_epi64(_mm256_packs_epi32(a, b), 0xd8);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p),
                     _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1)));
  }
  static __m128 join4(__m128i high, __m128i low, __m256d scale, __m128 w_scale) {
    const __m256d sum = _mm256_fmadd_pd(_mm256_cvtepi32_pd(high), _mm256_set1_pd(127.0), _mm256_cvtepi32_pd(low));
    return _mm256_cvtpd_ps(_mm256_mul_pd(_mm256_mul_pd(sum, scale), _mm256_cvtps_pd(w_scale)));
  }
  static __m256 join8(__m256i high, __m256i low, __m256d scale, __m256 w_scale) {
    return _mm256_set_m128(
        join4(_mm256_extracti128_si256(high, 1), _mm256_extracti128_si256(low, 1), scale,
              _mm256_extractf128_ps(w_scale, 1)),
        join4(_mm256_castsi256_si128(high), _mm256_castsi256_si128(low), scale, _mm256_castps256_ps128(w_scale)));
  }
  static F16 join(I16 high, I16 low, float scale, F16 w_scale) {
    const __m256d s = _mm256_set1_pd(static_cast<double>(scale));
    return {join8(high.a, low.a, s, w_scale.a), join8(high.b, low.b, s, w_scale.b)};
  }
  static int32_t reduce_add(I16 x) {
    const __m256i eight = _mm256_add_epi32(x.a, x.b);
    const __m128i four = _mm_add_epi32(_mm256_castsi256_si128(eight), _mm256_extracti128_si256(eight, 1));
    const __m128i two = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4e));
    return _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32(two, 0xb1)));
  }
};
