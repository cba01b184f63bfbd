"""The decoder step's streams with their patch points, for the manifest (patches.py has the idea)."""

import json

from kernels.common import mlir
from kernels.decoder_step import design
from kernels.tools import patches
from kernels.tools.toolchain import Failure


def add(described, into, programs, runner, program):
    """Compiles the moved streams beside the real ones, and names the patch points of each in `described`."""
    plan = design.load(program)
    moved_text = mlir.module(patches.move(plan), design.core_body(plan))
    (into / "moved.mlir").write_text(moved_text)
    runner.run(
        [programs.aiecc, "--no-xchesscc", "--no-xbridge", f"--peano={programs.peano}", "--get-npu-insts",
         "--npu-insts-name=moved_{1}.bin", "moved.mlir"],
        cwd=into,
    )
    for sequence in plan["sequences"]:
        name = sequence["name"]
        stream = next((s for s in described["instructions"] if s["file"].endswith(f"insts_{name}.bin")), None)
        if stream is None:
            raise Failure(f"decoder_step: aiecc left no instructions for {name}")
        before = (into / f"insts_{name}.bin").read_bytes()
        after = (into / f"moved_{name}.bin").read_bytes()
        stream["sequence"] = name
        stream["patches"] = patches.find(sequence, before, after)
    described["program"] = json.loads(json.dumps({key: plan[key] for key in ("name", "arguments")}))
