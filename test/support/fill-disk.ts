import { open } from 'node:fs/promises';

const BLOCK = Buffer.alloc(4_096, 'x');

/** Lets a file grow until its file system is full. */
export async function fillDisk(file: string): Promise<void> {
  const balloon = await open(file, 'a');
  try {
    for (;;) await balloon.write(BLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    await balloon.close();
  }
}
