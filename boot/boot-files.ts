import * as fs from "node:fs";
import * as path from "node:path";

/** A file on a node; `units` are reloaded (or restarted) when it changes. */
export interface NodeFile {
  path: string;
  content: string;
  /** Octal, e.g. "0600". */
  mode: string;
  /** "user:group"; root's when left out. */
  owner?: string;
  units?: string[];
}

/** Which units run a script, so that a new version of it takes effect. */
const UNIT_OF_SCRIPT: Record<string, string> = {
  "storm-dns": "storm-dns.service",
  "storm_registrator.py": "storm-registrator.service",
  "storm_joiner.py": "storm-joiner.service",
  "storm_controller.py": "storm-controller.service",
  "storm_peers.py": "storm-peers.service",
};

/** Scripts that only remote commands run: they come with the first of them, user-data has little room. */
const BY_REMOTE_COMMAND = ["storm_cluster.py", "storm_stack.py", "storm_convergence.py", "storm_images.py"];

/** What of the boot files has to be in user-data. */
export function userDataFiles(files: NodeFile[]): NodeFile[] {
  return files.filter((file) => !BY_REMOTE_COMMAND.includes(file.path.split("/").pop() ?? ""));
}

/** Scripts and units, the same on every node: read once, at load. */
export function bootFiles(directory = __dirname): NodeFile[] {
  const read = (folder: string, name: string) => fs.readFileSync(path.join(directory, folder, name), "utf8");
  const scripts = fs
    .readdirSync(path.join(directory, "scripts"))
    .filter((name) => !name.startsWith("_") && !name.startsWith("."))
    .sort()
    .map((name): NodeFile => {
      const unit = UNIT_OF_SCRIPT[name];
      return {
        path: `/usr/local/lib/storm/${name}`,
        content: read("scripts", name),
        mode: "0755",
        units: unit ? [unit] : [],
      };
    });
  const units = fs
    .readdirSync(path.join(directory, "units"))
    .sort()
    .map((name): NodeFile => ({
      // "docker.service.d-storm.conf" is the drop-in docker.service.d/storm.conf
      path: `/etc/systemd/system/${name.replace(".d-", ".d/")}`,
      content: read("units", name),
      mode: "0644",
      units: [],
    }));
  return [...scripts, ...units];
}
