/** Any recording as 16 kHz mono 16-bit samples, by ffmpeg: whole, for files of a benchmark. */
import { spawn } from 'node:child_process';

export async function decodeWithFfmpeg(path: string): Promise<Buffer> {
  const output = ['-ac', '1', '-ar', '16000', '-f', 's16le', 'pipe:1'];
  const child = spawn('ffmpeg', ['-v', 'error', '-i', `file:${path}`, ...output], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = new Promise<number | null>((settle, refuse) => {
    child.on('error', refuse).on('close', settle);
  });
  const blocks: Buffer[] = [];
  for await (const block of child.stdout) if (Buffer.isBuffer(block)) blocks.push(block);
  const exitCode = await exit;
  if (exitCode !== 0) throw new Error(`ffmpeg ended with ${String(exitCode)} at ${path}`);
  return Buffer.concat(blocks);
}
