#!/bin/sh
# Links the plugin's objects so that each of their calls into XRT first asks throw.cc, which may throw.
# usage: wrap.sh FOLDER OUTPUT OBJECT..., FOLDER for what is made on the way
#
# A wrapper knows nothing of the function that it wraps: it puts the registers of arguments aside and jumps on. None
# of XRT's functions that the plugin calls takes floats.
set -eu
folder=$1 output=$2
shift 2
# Not wrapped: destructors, which may not throw, and what is no function (type information, tables).
nm --undefined-only --format=just-symbols "$@" | grep -E '^_ZNK?3xrt' | grep -vE 'D[012]Ev$' | sort -u >"$folder/wrapped"
{
  echo '.section .note.GNU-stack,"",@progbits'
  echo '.text'
  while read -r symbol; do
    cat <<END
.globl __wrap_$symbol
.hidden __wrap_$symbol
.type __wrap_$symbol, @function
__wrap_$symbol:
  .cfi_startproc
END
    for register in rdi rsi rdx rcx r8 r9 rax; do printf '  push %%%s\n  .cfi_adjust_cfa_offset 8\n' $register; done
    echo '  call throwing_before_call'
    for register in rax r9 r8 rcx rdx rsi rdi; do printf '  pop %%%s\n  .cfi_adjust_cfa_offset -8\n' $register; done
    cat <<END
  jmp __real_$symbol@PLT
  .cfi_endproc
.size __wrap_$symbol, . - __wrap_$symbol
END
  done <"$folder/wrapped"
} >"$folder/wrappers.s"
# shellcheck disable=SC2046 # an option for each symbol
g++ -shared -o "$output" "$@" "$folder/wrappers.s" -lxrt_coreutil $(sed 's/^/-Wl,--wrap=/' "$folder/wrapped")
