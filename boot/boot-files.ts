import { gzipSync, strToU8 } from "fflate";
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

const SCRIPTS = "/usr/local/lib/storm";

/** Which units run a script, so that a new version of it takes effect. */
const UNITS_OF_SCRIPT: Record<string, string[]> = {
  "storm-dns": ["storm-dns.service"],
  "storm_registrator.py": ["storm-registrator.service"],
  "storm_joiner.py": ["storm-joiner.service"],
  "storm_controller.py": ["storm-controller.service"],
  "storm_credentials.py": ["storm-credentials.service", "storm-vpn.service"],
  "storm_forget.py": ["storm-controller.service"],
  "storm_peers.py": ["storm-peers.service", "storm-vpn.service"],
  "storm_vpn.py": ["storm-vpn.service"],
  "storm_lib.py": [
    "storm-registrator.service",
    "storm-joiner.service",
    "storm-controller.service",
    "storm-credentials.service",
    "storm-peers.service",
    "storm-vpn.service",
  ],
};

/** What a node runs before the first remote command brings it the rest. User-data has little room: AWS takes 16 KiB. */
const BEFORE_ENROLMENT = [
  "storm-boot",
  "storm-dns",
  "storm-install",
  "storm-mesh",
  "storm-volume",
  "storm_acl.py",
  "storm_apply.py",
  "storm_lib.py",
];

/** Units that nothing before the enrolment starts. */
const WITH_ENROLMENT = ["storm-credentials.service", "storm-elastic.service", "storm-vpn.service"];

/** What of the boot files has to be in user-data: those scripts, and all other units, which wait for their secrets. */
export function userDataFiles(files: NodeFile[]): NodeFile[] {
  return files.filter(({ path: file }) => {
    const [folder, name] = [path.dirname(file), path.basename(file)];
    return folder === SCRIPTS ? BEFORE_ENROLMENT.includes(name) : !WITH_ENROLMENT.includes(name);
  });
}

/** What an elastic node needs to enrol by itself; everything else it reads from Consul then. */
const BEFORE_ELASTIC_ENROLMENT = [
  "storm-elastic.service",
  "storm-install",
  "storm_acl.py",
  "storm_apply.py",
  "storm_elastic.py",
  "storm_lib.py",
];

/** What of the boot files has to be in the user-data of elastic nodes. */
export function elasticUserDataFiles(files: NodeFile[]): NodeFile[] {
  return files.filter((file) => BEFORE_ELASTIC_ENROLMENT.includes(path.basename(file.path)));
}

/**
 * Files as a remote command takes them: JSON, gzip, base64. It is in the state, as often as there are nodes. Not by
 * Node.js's own zlib: its output depends on version and processor, and another machine's preview would find a change.
 */
export function pack(files: NodeFile[]): string {
  return Buffer.from(gzipSync(strToU8(JSON.stringify(files)), { mtime: 0 })).toString("base64");
}

/** Scripts and units, the same on every node: read once, at load. */
export function bootFiles(directory = __dirname): NodeFile[] {
  const read = (folder: string, name: string) => fs.readFileSync(path.join(directory, folder, name), "utf8");
  const scripts = fs
    .readdirSync(path.join(directory, "scripts"))
    .filter((name) => !name.startsWith("_") && !name.startsWith("."))
    .sort()
    .map((name): NodeFile => {
      return {
        path: `${SCRIPTS}/${name}`,
        content: read("scripts", name),
        mode: "0755",
        units: UNITS_OF_SCRIPT[name] ?? [],
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

/** The way back of a machine that existed before Storm. */
export const RESTORE_SCRIPT = `${SCRIPTS}/storm_restore.py`;

/** What such a machine has besides: brought by its birth, kept up to date by its enrolment. */
export function hostFiles(): NodeFile[] {
  return [{ path: RESTORE_SCRIPT, content: hostProgram("storm_restore"), mode: "0755", units: [] }];
}

/** A program that is run on such a machine before anything of ours is there: it comes by standard input. */
export function hostProgram(name: "check" | "birth" | "storm_restore", directory = __dirname): string {
  return fs.readFileSync(path.join(directory, "hosts", `${name}.py`), "utf8");
}
