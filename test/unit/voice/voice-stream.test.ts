import { expect, it } from 'vitest';
import { FRAME_SAMPLES } from '../../../src/engine/voice/voice-model.js';
import type { VoiceModel } from '../../../src/engine/voice/voice-model.js';
import { VoiceStream } from '../../../src/engine/voice/voice-stream.js';

/** Is silent for its first frames and then in doubt: its probability is a thousandth for each frame it remembers. */
const FORGETFUL: VoiceModel = {
  description: 'counts',
  start: () => {
    let heard = 0;
    return {
      run: (samples) =>
        Promise.resolve(
          Float32Array.from({ length: samples.length / FRAME_SAMPLES }, () => heard++ / 10_000),
        ),
    };
  },
  close: () => Promise.resolve(),
};

/** 150 frames of noise, softer from frame 100 on: too irregular to be a tone, too loud to be amplified. */
function makeSound(): Float32Array {
  let state = 1;
  return Float32Array.from({ length: 150 * FRAME_SAMPLES }, (_, i) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return (state / 1_073_741_824 - 1) * (i < 100 * FRAME_SAMPLES ? 0.9 : 0.3);
  });
}

async function listen(blockSamples: number): Promise<readonly number[]> {
  const stream = new VoiceStream(FORGETFUL);
  const sound = makeSound();
  const frames = [];
  for (let at = 0; at < sound.length; at += blockSamples) {
    frames.push(...(await stream.push(sound.subarray(at, at + blockSamples))));
  }
  frames.push(...(await stream.finish()));
  return frames.map(({ probability }) => Math.round(probability * 10_000));
}

it('forgets what it heard where the scene changes, wherever the blocks are cut', async () => {
  const heard = await listen(16_000);

  // Frame 100 is in the part from 96 to 103: half of it is as loud as before, the next part is soft.
  expect(heard.slice(0, 112)).toEqual(Array.from({ length: 112 }, (_, i) => i));
  expect(heard.slice(112)).toEqual(Array.from({ length: 38 }, (_, i) => i));
  expect(await listen(777)).toEqual(heard);
  expect(await listen(200_000)).toEqual(heard);
});
