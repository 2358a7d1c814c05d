/** The process of one lab: `daemon.ts FOLDER`. client.ts starts it, under a lock, and writes its settings. */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeAtomically } from "../../tools/files";
import { identify } from "../../tools/processes";
import { Docker } from "../local/docker";
import { FILES, type LabSettings } from "./folder";
import { Internet } from "./internet/internet";
import { Lab } from "./lab";
import { Names, namespacePath } from "./realize/names";
import { Realizer } from "./realize/realizer";
import { labRoutes, serveRoutes } from "./serve";
import { Store } from "./store";

const TICK_MS = 1_000;

function main(folder: string): void {
  // Sockets included: whoever opens one can have a machine made with any user-data.
  process.umask(0o077);
  const path = (name: keyof typeof FILES) => join(folder, FILES[name]);
  const settings = JSON.parse(readFileSync(path("settings"), "utf8")) as LabSettings; // client.ts wrote it
  const say = (line: string) => process.stdout.write(`${new Date().toISOString()} ${line}\n`);
  const docker = new Docker();
  const names = new Names(settings.lab);
  const real = new Realizer({ ...settings, folder: join(folder, "realize"), docker, say });
  const namespace = namespacePath(names.internet);
  const internet = new Internet({ lab: settings.lab, folder: join(folder, "internet"), say, namespace });
  const realizer = Object.assign(real, {
    start: async (id: string) => void (await docker.post(`/containers/${names.container(id)}/start`)),
  });
  const lab = new Lab({ store: new Store(join(folder, "clouds")), realizer, internet, say });

  const close = async (destroy: boolean): Promise<void> => {
    clearTimeout(timer);
    server.close();
    if (destroy) {
      await Promise.all([real.destroy(), internet.destroy()]);
      rmSync(join(folder, "clouds"), { recursive: true, force: true });
    } else await real.close();
  };
  const routes = {
    ...labRoutes(lab),
    "GET /settings": () => Promise.resolve({ ...settings, lockedBy: process.ppid }),
    // What the program and visitors need of the lab's internet.
    "GET /internet": async () => ({
      credentials: internet.credentials(),
      caPem: await internet.caPem(),
      rootsPem: internet.rootsPem(),
    }),
    "POST /stop": async (body: unknown) => {
      await close((body as { destroy?: boolean }).destroy === true); // client.ts sends it
      // After the answer has gone out.
      setTimeout(() => process.exit(0), 100);
    },
  };
  const server = serveRoutes(routes, say);
  let timer = setTimeout(tick, TICK_MS);
  function tick(): void {
    void lab
      .tick()
      .catch((error: Error) => say(error.stack ?? error.message))
      .finally(() => (timer = setTimeout(tick, TICK_MS)));
  }
  process.on("SIGTERM", () => void close(false).finally(() => process.exit(0)));
  writeAtomically(path("process"), JSON.stringify(identify(process.pid)), 0o600);
  // Of a daemon that was killed: the lock says that it is gone.
  rmSync(path("socket"), { force: true });
  server.listen(path("socket"));
  real.watch();
  void lab.run();
}

main(process.argv[2] ?? "");
