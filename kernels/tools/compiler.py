"""From sources to xclbin and instruction streams, one design at a time."""

import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

from kernels.tools.toolchain import ROOT, Failure, sha256

KERNELS = [
    "attention_cross", "attention_self", "ffn_fused", "gelu", "gemm_i8", "gemv_i8", "layer_norm", "vocab_screen",
]
DESIGNS = [*KERNELS, "decoder_step"]
# AIE2 with the accurate emulation of float32 (common/vec_aie2.h): no -DAIE2_FP32_EMULATION_ACCURACY_*.
FLAGS = [
    "--target=aie2-none-unknown-elf", "-std=c++20", "-O2", "-DNDEBUG", "-D__AIENGINE__", "-D__AIE_ARCH__=20",
    "-D__AIEARCH__=20", "-Wno-macro-redefined", "-Wno-unknown-attributes", "-fno-exceptions", "-ffp-contract=off",
    "-ffunction-sections", "-fdata-sections", "-fstack-size-section",
]
PROGRAM_MEMORY_BYTES = 16384


def sources(design):
    """What a core of the design runs. A single kernel's tile has that kernel, the decoder's tile has all."""
    if design == "decoder_step":
        parts = [f"{kernel}/kernel.cc" for kernel in KERNELS if kernel != "gemm_i8"]
        return ["common/begin.cc", *parts, "decoder_step/core.cc"]
    # attention_self shares its beginning and end with attention_cross.
    shared = ["attention_cross/kernel.cc"] if design == "attention_self" else []
    return ["common/begin.cc", "answers/begin.cc", *shared, f"{design}/kernel.cc", f"{design}/case.cc"]


def headers():
    return sorted(str(path.relative_to(ROOT)) for path in ROOT.rglob("*.h") if "test" not in path.parts)


def find_program(options):
    """The decoder's program as a file: the one given, or what native's npu_program prints."""
    if options.program is not None:
        return options.program
    printer = ROOT.parent / ".cache" / "native" / "release" / "npu_program"
    if not printer.exists():
        raise Failure(
            f"{printer} is missing, which prints the decoder's program. Build it: cd native && cmake --preset release "
            "&& cmake --build --preset release; or give a file with --program"
        )
    target = pathlib.Path(tempfile.gettempdir() if options.dry_run else options.out) / "decoder_program.json"
    command = [str(printer)]
    target.write_text(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return target


def make_text(design, program):
    """The MLIR of a design, by its own design.py."""
    command = [sys.executable, "-B", str(ROOT / design / "design.py")]
    if design == "decoder_step":
        command += [str(program)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failure(f"{design}/design.py failed:\n{done.stderr.strip()}")
    return done.stdout


def compile_objects(design, folder, programs, runner):
    objects = []
    for source in sources(design):
        target = folder / (source.replace("/", "_").removesuffix(".cc") + ".o")
        runner.run([programs.clang, *FLAGS, "-I", ROOT.parent, "-I", programs.include, "-c", ROOT / source, "-o", target])
        objects.append(target)
    runner.run([programs.linker, "-r", "-o", folder / f"{design}.o", *objects])


def build(design, folder, programs, runner, program):
    """Makes folder/design with DESIGN.xclbin and an instruction stream for each of its sequences."""
    into = folder / design
    # Objects of an older kernel would be linked without a word.
    if not runner.dry:
        shutil.rmtree(into, ignore_errors=True)
        into.mkdir(parents=True)
    compile_objects(design, into, programs, runner)
    text = make_text(design, program)
    runner.say(f"{'would write' if runner.dry else 'write'}: {into / (design + '.mlir')} ({len(text.splitlines())} lines)")
    if not runner.dry:
        (into / f"{design}.mlir").write_text(text)
    run_aiecc(design, into, programs, runner, ["--get-xclbin", f"--xclbin-name={design}.xclbin"])
    return into


def run_aiecc(design, into, programs, runner, more):
    """The instruction streams of all sequences, insts_DEVICE_SEQUENCE.bin, and what `more` asks for."""
    runner.run(
        [programs.aiecc, "--get-npu-insts", *more, f"{design}.mlir"],
        cwd=None if runner.dry else into,
        env={**os.environ, "PEANO_INSTALL_DIR": str(programs.peano)},
    )


def find_stream(into, sequence):
    found = [path for path in into.glob("insts*.bin") if path.stem.endswith(f"_{sequence}")]
    if len(found) != 1:
        raise Failure(f"{into}: {len(found)} instruction streams for {sequence}; one was expected")
    return found[0]


def describe(design, into, sequences):
    """What the manifest says of a design that has been built."""
    xclbin = into / f"{design}.xclbin"
    if not xclbin.exists():
        raise Failure(f"{into}: aiecc ended well, but left no xclbin")
    streams = [(sequence, find_stream(into, sequence)) for sequence in sequences]
    return {
        "name": design,
        "kernel_name": "MLIR_AIE",
        "xclbin": {"file": f"{design}/{xclbin.name}", "sha256": sha256(xclbin)},
        "instructions": [
            {"sequence": sequence, "file": f"{design}/{path.name}", "sha256": sha256(path),
             "words": path.stat().st_size // 4}
            for sequence, path in streams
        ],
        "sources": {path: sha256(ROOT / path) for path in [*sources(design), *headers()]},
        "program_bytes": measure(sorted(into.rglob("*.elf"))),
    }


def executable_bytes(elf):
    """Bytes of a 32-bit ELF's segments that are executed."""
    data = pathlib.Path(elf).read_bytes()
    if data[:5] != b"\x7fELF\x01":
        raise Failure(f"{elf} is no 32-bit ELF")
    start, = struct.unpack_from("<I", data, 28)
    size, count = struct.unpack_from("<HH", data, 42)
    total = 0
    for i in range(count):
        kind, _, _, _, _, memory, flags, _ = struct.unpack_from("<8I", data, start + i * size)
        if kind == 1 and flags & 1:
            total += memory
    return total


def measure(elves):
    """The largest program of a core: the first measured number for what the READMEs estimate."""
    largest = max(map(executable_bytes, elves), default=0)
    if largest > PROGRAM_MEMORY_BYTES:
        raise Failure(f"a core's program has {largest} bytes; its memory has {PROGRAM_MEMORY_BYTES}")
    return largest


def write_manifest(folder, lock, designs):
    manifest = {
        "schema": 1,
        "toolchain": [
            {"name": p["name"], "version": p["version"], "sha256": p["sha256"]} for p in lock["packages"]
        ],
        "designs": designs,
    }
    path = pathlib.Path(folder) / "manifest.json"
    path.write_text(json.dumps(manifest, indent=2) + "\n")
    return path
