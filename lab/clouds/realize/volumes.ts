/** Disks of the lab's machines: sparse files as loop devices, which outlive containers. */
import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, readdirSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Locks } from "../../local/lock";
import type { Volume } from "../world";
import { run } from "./host";

const GIB = 2 ** 30;
/** What a container may do with them: HostConfig.DeviceCgroupRules. 7 is the number of loop devices. */
export const VOLUME_RULES = ["b 7:* rwm"];
/** Lists, inside a container, the paths made there. /dev is new at each start. */
const LIST = "/dev/.storm-lab-volumes";

export class Volumes {
  private readonly locks = new Locks();

  /** `folder` is made, for its owner alone. */
  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** Puts exactly these volumes into a running container, under the paths that udev would give them. */
  async putInto(pid: number, volumes: readonly Volume[]): Promise<void> {
    const lines: string[] = [];
    const paths: string[] = [];
    for (const volume of volumes) {
      if (!/^\/dev\/[\w.:-]+(\/[\w.:-]+)*$/.test(volume.device) || volume.device.includes("..")) {
        throw new Error(`volume ${volume.id}: "${volume.device}" is no path of a device`);
      }
      const loop = await this.attach(volume);
      const minor = loop.replace("/dev/loop", "");
      lines.push(`[ -b ${loop} ] || (umask 177 && mknod ${loop} b 7 ${minor})`);
      if (volume.device !== loop) {
        lines.push(`mkdir -p "$(dirname ${volume.device})"`, `ln -sfn ${loop} ${volume.device}`);
      }
      paths.push(loop, volume.device);
    }
    const script = [
      `list=" ${paths.join(" ")} "`,
      `[ ! -e ${LIST} ] || while read -r path; do case $list in *" $path "*) ;; *) rm -f "$path" ;; esac; done <${LIST}`,
      ...lines,
      `printf '%s\\n' $list >${LIST}`,
    ];
    await run("here", "nsenter", [`--target=${pid}`, "--mount", "sh", "-eu", "-s"], `${script.join("\n")}\n`);
  }

  /** The loop device of a volume, of its size. */
  private attach(volume: Volume): Promise<string> {
    return this.locks.run("loop", async () => {
      const path = this.path(volume.id);
      const file = openSync(path, "a", 0o600);
      const before = statSync(path).size;
      if (before < volume.gib * GIB) ftruncateSync(file, volume.gib * GIB);
      closeSync(file);
      const found = (await loops()).get(path);
      if (found === undefined) return (await run("here", "losetup", ["--find", "--show", path])).trim();
      if (before < volume.gib * GIB) await run("here", "losetup", ["--set-capacity", found]);
      return found;
    });
  }

  /**
   * Detaches all but `attached`. `existing`: ids of all disks there are; the data of others are deleted. Undefined: data stay.
   * @throws when a machine still has one of them mounted.
   */
  async keep(attached: ReadonlySet<string>, existing: ReadonlySet<string> | undefined): Promise<void> {
    await this.locks.run("loop", async () => {
      if (!existsSync(this.folder)) return; // the lab was destroyed
      const unwanted = readdirSync(this.folder).filter((id) => !attached.has(id));
      const before = await loops();
      for (const id of unwanted) {
        const loop = before.get(this.path(id));
        if (loop !== undefined) await run("here", "losetup", ["--detach", loop]);
      }
      const held = await this.stillHeld(unwanted);
      for (const id of unwanted) if (existing && !existing.has(id) && !held.includes(id)) rmSync(this.path(id));
      if (held.length > 0) throw new Error(`volume ${held.join(", ")} is still mounted by the machine that had it`);
    });
  }

  /** Those of these that still have a device, after up to 5 s: the mounts of a container that was removed go a little after it. */
  private async stillHeld(ids: readonly string[]): Promise<string[]> {
    const deadline = Date.now() + 5_000;
    for (;;) {
      const now = await loops();
      const held = ids.filter((id) => now.has(this.path(id)));
      if (held.length === 0 || Date.now() > deadline) return held;
      await sleep(100);
    }
  }

  private path(id: string): string {
    return join(resolve(this.folder), id);
  }
}

/** Path of its file -> loop device. */
async function loops(): Promise<Map<string, string>> {
  const text = await run("here", "losetup", ["--list", "--json", "--output", "NAME,BACK-FILE"]);
  const { loopdevices = [] } = JSON.parse(text || "{}") as { loopdevices?: { name: string; "back-file": string }[] };
  return new Map(loopdevices.map((device) => [device["back-file"], device.name]));
}
