/**
 * The process that is the lab's internet, in the network namespace of its core; the folder is its argument. Not the daemon itself: Pebble
 * knows its customers in memory alone, so it must outlive a daemon that is started anew. It ends when it is told to, when another has
 * taken its place, and when there has been no daemon for `graceSeconds`.
 */
import { messageOf } from "../../../tools/errors";
import { end, identify, isAlive, type ProcessId, sleep } from "../../../tools/processes";
import type { DnsZone } from "../world";
import { ensureCa } from "./ca";
import { Challenges } from "./challenges";
import { ensureCredentials } from "./credentials";
import { serveDns } from "./dns";
import { FILES, type Settings, SharedFile, type Status } from "./folder";
import { serveHttps } from "./https";
import { runPebble } from "./pebble";
import { registryAnswers, removeRegistries } from "./registries";

const LOOK_MS = 1_000;
const PREDECESSOR_MS = 5_000;

async function main(folder: string): Promise<void> {
  process.chdir(folder);
  const settings = new SharedFile<Settings | undefined>(FILES.settings, undefined).read();
  const self = identify(process.pid);
  if (settings === undefined || self === undefined) throw new Error(`${folder} has no settings`);
  await succeed(self);
  const status = new SharedFile<Status | undefined>(FILES.status, undefined);
  const waitsFor = new Map([["registries", "starting"]]);
  const tell = (part: string, state: string) => {
    waitsFor.set(part, state);
    const missing = [...waitsFor.values()].find((each) => each !== "ready");
    status.write({ server: self, fingerprint: settings.fingerprint, state: missing ?? "ready" });
  };

  const ca = await ensureCa(".");
  const zones = new SharedFile<DnsZone[]>(FILES.zones, []);
  const challenges = new Challenges(() => zones.read());
  await serveDns(settings.dns, () => zones.read(), challenges);
  await serveHttps(settings, ca, challenges, ensureCredentials("."));
  const endPebble = runPebble(settings, ca.certificate, (state) => tell("pebble", state));
  const leave = () => {
    endPebble();
    process.exit(0);
  };
  process.on("SIGTERM", leave).on("SIGINT", leave);
  void watchDaemon(settings, self).then(leave);
  await untilRegistriesAnswer(settings, (state) => tell("registries", state));
}

/** Takes the place of another that serves this folder. */
async function succeed(self: ProcessId): Promise<void> {
  const file = new SharedFile<ProcessId | undefined>(FILES.server, undefined);
  const predecessor = file.read();
  file.write(self);
  if (predecessor !== undefined) await end([predecessor], "SIGTERM", PREDECESSOR_MS);
}

/** Returns when there is nobody left to serve. */
async function watchDaemon({ lab, graceSeconds }: Settings, self: ProcessId): Promise<void> {
  const daemon = new SharedFile<ProcessId | undefined>(FILES.owner, undefined);
  const server = new SharedFile<ProcessId | undefined>(FILES.server, undefined);
  for (let seen = Date.now(); Date.now() - seen <= graceSeconds * 1000; await sleep(LOOK_MS)) {
    if (server.read()?.pid !== self.pid) return;
    const owner = daemon.read();
    if (owner !== undefined && isAlive(owner)) seen = Date.now();
  }
  await removeRegistries(lab).catch((error) => process.stderr.write(`${messageOf(error)}\n`));
}

async function untilRegistriesAnswer({ registries }: Settings, tell: (state: string) => void): Promise<void> {
  for (const { socket } of registries) {
    for (let reached = false; !reached;) {
      try {
        await registryAnswers(socket);
        reached = true;
      } catch (error) {
        tell(`${socket}: ${messageOf(error)}`);
        await sleep(200);
      }
    }
  }
  tell("ready");
}

main(process.argv[2] ?? "").catch((error) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(1);
});
