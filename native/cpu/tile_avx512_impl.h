// The whole tile of kernels_avx512.cc, 6 rows by 4 groups, its sums left in registers for what is done with them next;
// included there.
//
// In assembler, because GCC 12 keeps some of the sums in memory all through the loop where code that needs registers
// of its own follows.

struct TileOperands {
  const void* rows;
  int64_t row_stride;
  const void* lines;
  int64_t group_stride;
  int64_t step_stride;
  int64_t steps;
  const void* next;
};

#define TILE_SIGNED_ROWS(line, sum) "vpdpbusd %%zmm4, %%zmm" line ", %" sum "\n"
#define TILE_UNSIGNED_ROWS(line, sum) "vpdpbusd %%zmm" line ", %%zmm4, %" sum "\n"
#define TILE_ROW(ADD, address, s0, s1, s2, s3) \
  "vpbroadcastd " address ", %%zmm4\n" ADD("0", s0) ADD("1", s1) ADD("2", s2) ADD("3", s3)
#define TILE_CLEAR(s0, s1, s2, s3) \
  "vpxord %" s0 ", %" s0 ", %" s0  \
  "\n"                             \
  "vpxord %" s1 ", %" s1 ", %" s1  \
  "\n"                             \
  "vpxord %" s2 ", %" s2 ", %" s2  \
  "\n"                             \
  "vpxord %" s3 ", %" s3 ", %" s3 "\n"
#define TILE_SUMS(i) "=&v"(sums[i]), "=&v"(sums[i + 1]), "=&v"(sums[i + 2]), "=&v"(sums[i + 3])

// Rows 0 to 2 and 3 to 5 at rax and rdx, their stride in rcx; groups 0 to 2 and 3 at rsi and r8, their stride in rdi;
// the stride of steps in r9, how many are left in r10; what to ask for at r11.
#define TILE(ADD, ASK) \
  asm(TILE_CLEAR("0", "1", "2", "3") TILE_CLEAR("4", "5", "6", "7") TILE_CLEAR("8", "9", "10", "11")               \
      TILE_CLEAR("12", "13", "14", "15") TILE_CLEAR("16", "17", "18", "19") TILE_CLEAR("20", "21", "22", "23")     \
      "mov (%[to]), %%rax\n"                                                                                       \
      "mov 8(%[to]), %%rcx\n"                                                                                      \
      "mov 16(%[to]), %%rsi\n"                                                                                     \
      "mov 24(%[to]), %%rdi\n"                                                                                     \
      "mov 32(%[to]), %%r9\n"                                                                                      \
      "mov 40(%[to]), %%r10\n"                                                                                     \
      "mov 48(%[to]), %%r11\n"                                                                                     \
      "lea (%%rcx, %%rcx, 2), %%rdx\n"                                                                             \
      "add %%rax, %%rdx\n"                                                                                         \
      "lea (%%rdi, %%rdi, 2), %%r8\n"                                                                              \
      "add %%rsi, %%r8\n"                                                                                          \
      ".p2align 5\n"                                                                                               \
      "1:\n"                                                                                                       \
      "vmovdqu64 (%%rsi), %%zmm0\n"                                                                                \
      "vmovdqu64 (%%rsi, %%rdi), %%zmm1\n"                                                                         \
      "vmovdqu64 (%%rsi, %%rdi, 2), %%zmm2\n"                                                                      \
      "vmovdqu64 (%%r8), %%zmm3\n"                                                                                 \
      TILE_ROW(ADD, "(%%rax)", "0", "1", "2", "3")                                                                 \
      TILE_ROW(ADD, "(%%rax, %%rcx)", "4", "5", "6", "7")                                                          \
      TILE_ROW(ADD, "(%%rax, %%rcx, 2)", "8", "9", "10", "11")                                                     \
      TILE_ROW(ADD, "(%%rdx)", "12", "13", "14", "15")                                                             \
      TILE_ROW(ADD, "(%%rdx, %%rcx)", "16", "17", "18", "19")                                                      \
      TILE_ROW(ADD, "(%%rdx, %%rcx, 2)", "20", "21", "22", "23")                                                   \
      ASK                                                                                                          \
      "add $4, %%rax\n"                                                                                            \
      "add $4, %%rdx\n"                                                                                            \
      "add %%r9, %%rsi\n"                                                                                          \
      "add %%r9, %%r8\n"                                                                                           \
      "dec %%r10\n"                                                                                                \
      "jnz 1b\n"                                                                                                   \
      : TILE_SUMS(0), TILE_SUMS(4), TILE_SUMS(8), TILE_SUMS(12), TILE_SUMS(16), TILE_SUMS(20)                      \
      : [to] "r"(&operands)                                                                                        \
      : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "zmm0", "zmm1", "zmm2", "zmm3", "zmm4", "cc", \
        "memory")

// `inputs` is at least 4.
template <bool kUnsignedRows, int kAhead>
[[gnu::always_inline]] inline void multiply_whole_tile(const TileOperands& operands, __m512i* sums) {
  if constexpr (kUnsignedRows) {
    static_assert(kAhead == 0);
    TILE(TILE_UNSIGNED_ROWS, "");
  } else if constexpr (kAhead == 0) {
    TILE(TILE_SIGNED_ROWS, "");
  } else if constexpr (kAhead == 1) {
    TILE(TILE_SIGNED_ROWS, "prefetcht1 (%%r11)\nadd $64, %%r11\n");
  } else if constexpr (kAhead == 2) {
    TILE(TILE_SIGNED_ROWS, "prefetcht1 (%%r11)\nprefetcht1 64(%%r11)\nadd $128, %%r11\n");
  } else if constexpr (kAhead == 3) {
    TILE(TILE_SIGNED_ROWS, "prefetcht1 (%%r11)\nprefetcht1 64(%%r11)\nprefetcht1 128(%%r11)\nadd $192, %%r11\n");
  } else {
    static_assert(kAhead == 4);
    TILE(TILE_SIGNED_ROWS,
         "prefetcht1 (%%r11)\nprefetcht1 64(%%r11)\nprefetcht1 128(%%r11)\nprefetcht1 192(%%r11)\nadd $256, %%r11\n");
  }
}

// One vector of a row: from its scores in r11 to bytes in rbx, and times r12 to its total. In three parts, to lie
// between the rows of the tile.
#define WEIGH_BEGIN(scores, shift)          \
  "vmovups " scores                         \
  "(%%r11), %[x]\n"                         \
  "vsubps " shift                           \
  "(%[to])%{1to16%}, %[x], %[x]\n"          \
  "vmaxps 24(%[to])%{1to16%}, %[x], %[x]\n" \
  "vbroadcastss 28(%[to]), %[power]\n"
#define WEIGH_RAISE                                  \
  "vrndscaleps $8, %[x], %[whole]\n"                 \
  "vsubps %[whole], %[x], %[x]\n"                    \
  "vfmadd213ps 32(%[to])%{1to16%}, %[x], %[power]\n" \
  "vfmadd213ps 36(%[to])%{1to16%}, %[x], %[power]\n" \
  "vfmadd213ps 40(%[to])%{1to16%}, %[x], %[power]\n"
#define WEIGH_END(weights, total)            \
  "vscalefps %[whole], %[power], %[power]\n" \
  "vcvtps2dq %[power], %[x]\n"               \
  "vpmovdb %[x], " weights                   \
  "(%%rbx)\n"                                \
  "vmovups (%%r12), %[x]\n"                  \
  "vfmadd213ps " total                       \
  "(%[to]), %[x], %[power]\n"                \
  "vmovups %[power], " total "(%[to])\n"

// The tile of attention's scores: 16 steps, which are the 16 vectors of a row of kAttentionBlock scores. While the
// products wait for nothing but their multipliers, the exponentials of two rows of other scores want other units; by
// itself the processor does not look far enough ahead to bring the two together.
[[gnu::always_inline]] inline void multiply_whole_tile_weighing(WeighedRows* weighed, __m512i* sums) {
  static_assert(kHeadWidth / 4 == kAttentionBlock / kLanes);
  static_assert(__builtin_offsetof(WeighedRows, lowest) == 24 && __builtin_offsetof(WeighedRows, coefficients) == 28 &&
                __builtin_offsetof(WeighedRows, shift) == 44 && __builtin_offsetof(WeighedRows, total) == 64 &&
                __builtin_offsetof(WeighedRows, tile_rows) == 192);
  __m512 x, whole, power;
  asm volatile(TILE_CLEAR("0", "1", "2", "3") TILE_CLEAR("4", "5", "6", "7") TILE_CLEAR("8", "9", "10", "11")
      TILE_CLEAR("12", "13", "14", "15") TILE_CLEAR("16", "17", "18", "19") TILE_CLEAR("20", "21", "22", "23")
      "mov 192(%[to]), %%rax\n"
      "mov 200(%[to]), %%rcx\n"
      "mov 208(%[to]), %%rsi\n"
      "mov (%[to]), %%r11\n"
      "mov 8(%[to]), %%rbx\n"
      "mov 16(%[to]), %%r12\n"
      "mov $16, %%r10d\n"
      "lea (%%rcx, %%rcx, 2), %%rdx\n"
      "add %%rax, %%rdx\n"
      ".p2align 5\n"
      "1:\n"
      "vmovdqu64 (%%rsi), %%zmm0\n"
      "vmovdqu64 1024(%%rsi), %%zmm1\n"
      "vmovdqu64 2048(%%rsi), %%zmm2\n"
      "vmovdqu64 3072(%%rsi), %%zmm3\n"
      TILE_ROW(TILE_SIGNED_ROWS, "(%%rax)", "0", "1", "2", "3")
      WEIGH_BEGIN("0", "44")
      TILE_ROW(TILE_SIGNED_ROWS, "(%%rax, %%rcx)", "4", "5", "6", "7")
      WEIGH_RAISE
      TILE_ROW(TILE_SIGNED_ROWS, "(%%rax, %%rcx, 2)", "8", "9", "10", "11")
      WEIGH_END("0", "64")
      TILE_ROW(TILE_SIGNED_ROWS, "(%%rdx)", "12", "13", "14", "15")
      WEIGH_BEGIN("1024", "48")
      TILE_ROW(TILE_SIGNED_ROWS, "(%%rdx, %%rcx)", "16", "17", "18", "19")
      WEIGH_RAISE
      TILE_ROW(TILE_SIGNED_ROWS, "(%%rdx, %%rcx, 2)", "20", "21", "22", "23")
      WEIGH_END("256", "128")
      "add $64, %%r11\n"
      "add $16, %%rbx\n"
      "add $64, %%r12\n"
      "add $4, %%rax\n"
      "add $4, %%rdx\n"
      "add $64, %%rsi\n"
      "dec %%r10\n"
      "jnz 1b\n"
      : TILE_SUMS(0), TILE_SUMS(4), TILE_SUMS(8), TILE_SUMS(12), TILE_SUMS(16), TILE_SUMS(20), [x] "=&v"(x),
        [whole] "=&v"(whole), [power] "=&v"(power)
      : [to] "r"(weighed)
      : "rax", "rbx", "rcx", "rdx", "rsi", "r10", "r11", "r12", "zmm0", "zmm1", "zmm2", "zmm3", "zmm4", "cc", "memory");
}

#undef WEIGH_BEGIN
#undef WEIGH_RAISE
#undef WEIGH_END
#undef TILE
#undef TILE_SUMS
#undef TILE_CLEAR
#undef TILE_ROW
#undef TILE_UNSIGNED_ROWS
#undef TILE_SIGNED_ROWS
