/**
 * The weights of Silero VAD at 16 kHz, read from its ONNX file for the native detector. In: the file's bytes.
 * Out: fifteen float32 tensors in the order that native/addon/voice_object.cc expects. The surprising thing:
 * the file holds two networks, for 16 and for 8 kHz, as the branches of an `If`, and their weights are
 * `Constant` nodes.
 */
import { OnnxSource } from '../weights/onnx-source.js';

export const SILERO_FILE = 'silero_vad.onnx';

/** The branch for 16 kHz, as the exporter named its nodes. */
const BRANCH = 'If_0_then_branch__Inline_0__';

/** Outputs and inputs of the four convolutions, each of kernel 3. */
const CONVOLUTIONS = [
  [128, 129],
  [64, 128],
  [64, 64],
  [128, 64],
] as const;

const CELLS = 128;

/** Throws AppError `model-corrupt` when the file is not that network. */
export function readSileroWeights(bytes: Uint8Array, modelId: string): readonly Float32Array[] {
  const source = new OnnxSource(bytes, SILERO_FILE, modelId);
  const take = (node: string, operation: string, index: number, shape: readonly number[]): Float32Array =>
    source.floats(source.constant(`${BRANCH}${node}`, operation, index), shape);
  const convolutions = CONVOLUTIONS.flatMap(([outputs, inputs], index) => {
    const node = `/encoder/${index}/reparam_conv/Conv`;
    return [take(node, 'Conv', 1, [outputs, inputs, 3]), take(node, 'Conv', 2, [outputs])];
  });
  // The recurrent weights reach the LSTM through slices that put PyTorch's gates in ONNX's order.
  const gates = 4 * CELLS;
  return [
    take('/stft/Conv', 'Conv', 1, [258, 1, 256]),
    ...convolutions,
    take('/decoder/rnn/Slice', 'Slice', 0, [gates, CELLS]),
    take('/decoder/rnn/Slice_6', 'Slice', 0, [gates]),
    take('/decoder/rnn/Slice_3', 'Slice', 0, [gates, CELLS]),
    take('/decoder/rnn/Slice_9', 'Slice', 0, [gates]),
    take('/decoder/decoder/2/Conv', 'Conv', 1, [1, CELLS, 1]),
    take('/decoder/decoder/2/Conv', 'Conv', 2, [1]),
  ];
}
