"""Runs a design once on the NPU through XRT's own Python module."""

from kernels.tools.toolchain import Failure

# Opcode of a run with a transaction stream.
OPCODE = 3
TIMEOUT_MS = 5000


def run(xclbin, instructions, kernel_name, inputs, result_bytes):
    """The results of a run over `inputs`. Buffers lie where the design's sequence has them: the inputs, the results."""
    try:
        import numpy as np
        import pyxrt
    except ImportError as error:
        raise Failure(f"{error.name} is not installed for this Python (XRT brings pyxrt: source its setup.sh)") from error
    try:
        device = pyxrt.device(0)
        container = pyxrt.xclbin(str(xclbin))
        device.register_xclbin(container)
        context = pyxrt.hw_context(device, container.get_uuid())
        kernel = pyxrt.kernel(context, kernel_name)

        def buffer(content, flags, group):
            made = pyxrt.bo(device, len(content), flags, kernel.group_id(group))
            made.write(np.frombuffer(content, dtype=np.uint8), 0)
            made.sync(pyxrt.xclBOSyncDirection.XCL_BO_SYNC_BO_TO_DEVICE, len(content), 0)
            return made

        stream = buffer(instructions, pyxrt.bo.cacheable, 1)
        data = [buffer(content, pyxrt.bo.host_only, 3 + i) for i, content in enumerate([*inputs, bytes(result_bytes)])]
        state = kernel(OPCODE, stream, len(instructions) // 4, *data).wait(TIMEOUT_MS)
        if state != pyxrt.ert_cmd_state.ERT_CMD_STATE_COMPLETED:
            raise Failure(f"the run ended as {state}")
        data[-1].sync(pyxrt.xclBOSyncDirection.XCL_BO_SYNC_BO_FROM_DEVICE, result_bytes, 0)
        return bytes(data[-1].read(result_bytes, 0))
    except RuntimeError as error:
        raise Failure(f"XRT: {error}") from error
