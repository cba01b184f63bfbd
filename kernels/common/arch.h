// What the core can do that this is compiled for, as names that code may ask for. An architecture that is not
// listed stops the build: a kernel that was never looked at there must not run there.
//
//   KERNELS_HOST       plain C++, the reference of all others
//   KERNELS_AIE2       XDNA1 (Phoenix, Hawk Point): 64 KB of data memory, 16 KB of program
//   KERNELS_EXACT_F32  float32 products and quotients are rounded as IEEE 754 says
#pragma once

#if defined(__AIENGINE__)
#if defined(__AIE_ARCH__) && __AIE_ARCH__ == 20
#define KERNELS_AIE2 1
#define KERNELS_HOST 0
#define KERNELS_EXACT_F32 0
#else
#error \
    "These kernels know the AI engine of XDNA1 (AIE2, __AIE_ARCH__ 20) alone; add the new one to kernels/common/arch.h"
#endif
#elif defined(__x86_64__) || defined(__aarch64__)
#define KERNELS_AIE2 0
#define KERNELS_HOST 1
#define KERNELS_EXACT_F32 1
#else
#error "kernels/common/arch.h does not know this architecture"
#endif
