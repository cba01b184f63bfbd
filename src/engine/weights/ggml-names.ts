/**
 * Our names of a model's parts (docs/weights.md) in the words of openai/whisper's model.py, which are those of
 * whisper.cpp's files. Pure.
 */

export interface GgmlMatrix {
  readonly weight: string;
  /** null: Whisper has none. */
  readonly bias: string | null;
}

/** Matrices outside the layers. */
const MATRICES: Readonly<Record<string, GgmlMatrix>> = {
  'encoder.conv1': withBias('encoder.conv1'),
  'encoder.conv2': withBias('encoder.conv2'),
  'decoder.tokens': withoutBias('decoder.token_embedding'),
};

/** The matrices of a layer, under its name; packed ones in the order of their outputs. */
const LAYER_MATRICES: Readonly<Record<string, (layer: string) => readonly GgmlMatrix[]>> = {
  qkv: (layer) => attention(`${layer}.attn`),
  attention_out: (layer) => [withBias(`${layer}.attn.out`)],
  self_qkv: (layer) => attention(`${layer}.attn`),
  self_out: (layer) => [withBias(`${layer}.attn.out`)],
  cross_query: (layer) => [withBias(`${layer}.cross_attn.query`)],
  cross_key_value: (layer) => [withoutBias(`${layer}.cross_attn.key`), withBias(`${layer}.cross_attn.value`)],
  cross_out: (layer) => [withBias(`${layer}.cross_attn.out`)],
  feed_forward_up: (layer) => [withBias(`${layer}.mlp.0`)],
  feed_forward_down: (layer) => [withBias(`${layer}.mlp.2`)],
};

const FLOATS: Readonly<Record<string, string>> = {
  'encoder.positions': 'encoder.positional_embedding',
  'encoder.norm': 'encoder.ln_post',
  'decoder.positions': 'decoder.positional_embedding',
  'decoder.norm': 'decoder.ln',
};

const LAYER_NORMS: Readonly<Record<string, string>> = {
  attention_norm: 'attn_ln',
  self_norm: 'attn_ln',
  cross_norm: 'cross_attn_ln',
  feed_forward_norm: 'mlp_ln',
};

/** Throws RangeError for a part that no model has. */
export function toGgmlMatrices(name: string): readonly GgmlMatrix[] {
  const whole = MATRICES[name];
  if (whole !== undefined) return [whole];
  const { layer, part } = splitName(name);
  const list = LAYER_MATRICES[part];
  if (list === undefined) throw new RangeError(`no matrix is called ${name}`);
  return list(layer);
}

/** Of positions, and of a norm's weight or bias. Throws RangeError for a part that no model has. */
export function toGgmlFloats(name: string): string {
  const [, stem = name, member = ''] = /^(.*)(\.weight|\.bias)$/.exec(name) ?? [];
  const whole = FLOATS[stem];
  if (whole !== undefined) return whole + member;
  const { layer, part } = splitName(stem);
  const norm = LAYER_NORMS[part];
  if (norm === undefined) throw new RangeError(`no list of numbers is called ${name}`);
  return `${layer}.${norm}${member}`;
}

/** "encoder.layers.3.qkv" into "encoder.blocks.3" and "qkv". */
function splitName(name: string): { readonly layer: string; readonly part: string } {
  const [, side = '', index = '', part = ''] = /^(encoder|decoder)\.layers\.(\d+)\.(\w+)$/.exec(name) ?? [];
  return { layer: `${side}.blocks.${index}`, part };
}

function attention(name: string): readonly GgmlMatrix[] {
  return [withBias(`${name}.query`), withoutBias(`${name}.key`), withBias(`${name}.value`)];
}

function withBias(name: string): GgmlMatrix {
  return { weight: `${name}.weight`, bias: `${name}.bias` };
}

function withoutBias(name: string): GgmlMatrix {
  return { weight: `${name}.weight`, bias: null };
}
