"""The decoder step's streams with their patch points, for the manifest (patches.py has the idea)."""

from kernels.common import mlir
from kernels.decoder_step import design
from kernels.tools import compiler, patches


def sequences(program):
    return [sequence["name"] for sequence in design.load(program)["sequences"]]


def add(described, into, programs, runner, program):
    """Compiles the moved streams beside the real ones, and names the patch points of each in `described`."""
    plan = design.load(program)
    moved = into / "moved"
    moved.mkdir()
    # The streams are made with the objects at hand: mlir-aie places buffers by what is linked.
    (moved / "decoder_step.o").write_bytes((into / "decoder_step.o").read_bytes())
    (moved / "decoder_step.mlir").write_text(mlir.module(patches.move(plan), design.core_body(plan)))
    compiler.run_aiecc("decoder_step", moved, programs, runner, [])
    for sequence, stream in zip(plan["sequences"], described["instructions"]):
        before = compiler.find_stream(into, sequence["name"]).read_bytes()
        after = compiler.find_stream(moved, sequence["name"]).read_bytes()
        stream["patches"] = patches.find(sequence, before, after)
    # What the host's program has to agree with before it uses the design.
    described["arguments"] = plan["arguments"]
