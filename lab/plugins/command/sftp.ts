/** Copies files and folders over SFTP, by the official plugin's rules on what the destination means. */
import { readFile, readdir, stat } from "node:fs/promises";
import { basename, join, posix } from "node:path";
import { promisify } from "node:util";
import type { Client, SFTPWrapper, Stats } from "ssh2";

/** SFTP's status code for a file that is not there. */
const NO_SUCH_FILE = 2;

export function openSftp(client: Client): Promise<SFTPWrapper> {
  return promisify(client.sftp.bind(client) as (done: (error: Error | undefined, sftp: SFTPWrapper) => void) => void)();
}

/** Writes a text to a file; a folder as destination is an error, as there is no file name to take. */
export async function copyText(sftp: SFTPWrapper, content: string, remotePath: string): Promise<void> {
  if ((await remoteStat(sftp, remotePath))?.isDirectory()) {
    throw new Error(
      `remote path ${remotePath} is a directory; when using a text asset, remotePath must be a file path`,
    );
  }
  await makeFolders(sftp, posix.dirname(remotePath));
  await writeFile(sftp, { content }, remotePath);
}

/**
 * Copies a local path. A file goes to the path, or into it when that is a folder; a folder goes below the path, or its
 * contents do when the local path ends with a slash.
 */
export async function copyPath(sftp: SFTPWrapper, localPath: string, remotePath: string): Promise<void> {
  const there = await remoteStat(sftp, remotePath);
  if ((await stat(localPath)).isDirectory()) {
    if (!there) {
      await makeFolders(sftp, remotePath);
    }
    const target = localPath.endsWith("/") ? remotePath : posix.join(remotePath, basename(localPath));
    await copyFolder(sftp, localPath, target);
    return;
  }
  if (there?.isDirectory()) {
    await writeFile(sftp, { path: localPath }, posix.join(remotePath, basename(localPath)));
    return;
  }
  if (!there) {
    await makeFolders(sftp, posix.dirname(remotePath));
  }
  await writeFile(sftp, { path: localPath }, remotePath);
}

/** Creates or overwrites one remote file. */
export async function writeFile(
  sftp: SFTPWrapper,
  source: { readonly path: string } | { readonly content: string },
  remotePath: string,
): Promise<void> {
  const data = "path" in source ? await readFile(source.path) : Buffer.from(source.content);
  await new Promise<void>((resolve, reject) => {
    sftp.writeFile(remotePath, data, (error) =>
      error ? reject(new Error(`failed to create remote file ${remotePath}: ${error.message}`)) : resolve(),
    );
  });
}

async function copyFolder(sftp: SFTPWrapper, localPath: string, remotePath: string): Promise<void> {
  await makeFolder(sftp, remotePath);
  for (const entry of await readdir(localPath, { withFileTypes: true })) {
    const [from, to] = [join(localPath, entry.name), posix.join(remotePath, entry.name)];
    if (entry.isDirectory()) {
      await copyFolder(sftp, from, to);
    } else {
      await writeFile(sftp, { path: from }, to);
    }
  }
}

async function makeFolders(sftp: SFTPWrapper, path: string): Promise<void> {
  const there = await remoteStat(sftp, path);
  if (there?.isDirectory()) {
    return;
  }
  if (posix.dirname(path) !== path) {
    await makeFolders(sftp, posix.dirname(path));
  }
  await makeFolder(sftp, path);
}

async function makeFolder(sftp: SFTPWrapper, path: string): Promise<void> {
  const problem = await new Promise<Error | undefined>((resolve) => {
    sftp.mkdir(path, (error) => resolve(error ?? undefined));
  });
  // The server says "failure" of a folder that is there, which may be another copy's work of this moment.
  if (problem && !(await remoteStat(sftp, path))?.isDirectory()) {
    throw new Error(`failed to create remote directory ${path}: ${problem.message}`);
  }
}

function remoteStat(sftp: SFTPWrapper, path: string): Promise<Stats | undefined> {
  return new Promise((resolve, reject) => {
    sftp.stat(path, (error, stats) => {
      if (!error) {
        resolve(stats);
      } else if ((error as Error & { code?: unknown }).code === NO_SUCH_FILE) {
        resolve(undefined);
      } else {
        reject(new Error(`failed to stat remote path ${path}: ${error.message}`));
      }
    });
  });
}
