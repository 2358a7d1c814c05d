import { existsSync, readFileSync } from "node:fs";
import { run } from "../../tools/command";
import { UserError } from "../../tools/errors";

/** The Debian release that nodes run. */
export const suite = "bookworm";

/** Where this machine gets Debian packages from, as its own apt is told. */
export interface DebianSource {
  /** Mirror of the release itself, for debootstrap. */
  mirror: string;
  keyring: string;
  /** A sources.list with the release, its updates and its security updates. */
  sourcesList: string;
  /** Proxy variables for programs that do not read apt's configuration. */
  environment: Record<string, string>;
}

const fields = ["SITE", "RELEASE", "COMPONENT", "ORIGIN", "SOURCESENTRY"];
const defaultKeyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** Reads the machine's apt configuration. */
export async function debianSource(): Promise<DebianSource> {
  let targets = await indexTargets();
  if (targets.length === 0 && process.getuid?.() === 0) {
    // Who an entry is from is known only once its release file was fetched: images often come without the lists.
    await run("apt-get", ["update", "--quiet"], { allowFailure: true });
    targets = await indexTargets();
  }
  const main = targets.find((target) => target.release === suite);
  if (main === undefined) {
    throw new UserError("this machine's apt has no Debian mirror", [
      "Nodes run Debian. Set up Docker so that it may pull debian:bookworm-slim, or use a Debian machine.",
    ]);
  }
  const keyring = keyringOf(targets.map((target) => target.file));
  const config = (await run("apt-config", ["dump"])).stdout;
  return {
    mirror: main.site,
    keyring,
    sourcesList: targets.map(({ site, release }) => `deb [signed-by=${keyring}] ${site} ${release} main\n`).join(""),
    environment: proxyEnvironment(config, new URL(main.site).hostname),
  };
}

interface Target {
  site: string;
  release: string;
  file: string;
}

async function indexTargets(): Promise<Target[]> {
  const format = fields.map((field) => `$(${field})`).join("|");
  const { stdout } = await run("apt-get", ["indextargets", "--format", format, "Created-By: Packages"]);
  return parseTargets(stdout);
}

/** Debian's own entries from apt's list, whichever release the machine itself runs, as entries of the nodes' release. */
export function parseTargets(text: string): Target[] {
  const found = new Map<string, Target>();
  for (const line of text.split("\n")) {
    const [site = "", release = "", component, origin, entry = ""] = line.split("|");
    const match = /^[a-z]+(-updates|-security)?$/.exec(release);
    if (component !== "main" || origin !== "Debian" || match === null) continue;
    const target = { site, release: suite + (match[1] ?? ""), file: entry.replace(/:\d+$/, "") };
    found.set(`${target.site} ${target.release}`, target);
  }
  return [...found.values()];
}

/** The keys that the machine's own entries name; else those of Debian's package. */
function keyringOf(files: string[]): string {
  for (const file of new Set(files)) {
    const named = existsSync(file)
      ? /signed-by\s*[:=]\s*(\/[^\s\],]+)/i.exec(readFileSync(file, "utf8"))?.[1]
      : undefined;
    if (named !== undefined && existsSync(named)) return named;
  }
  if (existsSync(defaultKeyring)) return defaultKeyring;
  throw new UserError("the keys of Debian's archive are missing", ["Install the package debian-archive-keyring."]);
}

/** apt's proxies as the variables that everything else understands; what the environment says already, wins. */
export function proxyEnvironment(aptConfig: string, host: string): Record<string, string> {
  const result: Record<string, string> = {};
  for (const scheme of ["http", "https"]) {
    const value = (name: string) =>
      aptConfig
        .split("\n")
        .find((line) => line.startsWith(`${name} "`))
        ?.slice(name.length + 2, -2);
    const proxy = value(`Acquire::${scheme}::Proxy::${host}`) ?? value(`Acquire::${scheme}::Proxy`);
    if (proxy && proxy !== "DIRECT" && !process.env[`${scheme}_proxy`]) result[`${scheme}_proxy`] = proxy;
  }
  return result;
}
