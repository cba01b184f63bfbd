/**
 * ONNX Runtime with its telemetry off; the one place that loads it. Since 1.29 its builds for Linux tell Microsoft
 * about process, model and use, and keep an identifier of the device, unless this variable is set before the library
 * is loaded (microsoft/onnxruntime, pull request 27379).
 *
 * The surprising thing: it is required, not imported, because imports come before all else.
 */
import { createRequire } from 'node:module';
import type * as OnnxRuntime from 'onnxruntime-node';

process.env['ORT_DISABLE_TELEMETRY'] = '1';

const runtime = createRequire(import.meta.url)('onnxruntime-node') as typeof OnnxRuntime;

export const { InferenceSession, Tensor } = runtime;
export type InferenceSession = OnnxRuntime.InferenceSession;
export type SessionOptions = OnnxRuntime.InferenceSession.SessionOptions;
export type Tensor = OnnxRuntime.Tensor;
