/** An open file as a source of bytes. */
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { ByteSource } from './ggml-file.js';

export class ByteFile implements ByteSource {
  private constructor(
    readonly handle: FileHandle,
    readonly size: number,
  ) {}

  static async open(path: string): Promise<ByteFile> {
    const handle = await open(path, 'r');
    try {
      return new ByteFile(handle, (await handle.stat()).size);
    } catch (thrown) {
      await handle.close();
      throw thrown;
    }
  }

  async read(target: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < target.length;) {
      const { bytesRead } = await this.handle.read(target, done, target.length - done, position + done);
      if (bytesRead === 0) throw new Error('it was cut short while it was read');
      done += bytesRead;
    }
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}
