/** A lab's process, whatever makes its world real: a socket, a look each second, an orderly end. */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeAtomically } from "../../tools/files";
import { identify } from "../../tools/processes";
import { FILES, type LabSettings } from "./folder";
import { type Internet, Lab, type Realizer } from "./lab";
import { labRoutes, type Routes, serveRoutes } from "./serve";
import { Store } from "./store";

const TICK_MS = 1_000;

export interface DaemonParts {
  realizer: Realizer;
  internet: Internet;
  /** What else it answers. */
  routes?: Routes;
  /** Ends what runs in this process, and leaves what it made. */
  close: () => Promise<void>;
}

/** Runs until it is told to stop. @param folder as client.ts has made it, settings included. */
export function runDaemon(
  folder: string,
  makeParts: (settings: LabSettings, say: (line: string) => void) => DaemonParts,
): void {
  // Sockets included: whoever opens one can have a machine made with any user-data.
  process.umask(0o077);
  const path = (name: keyof typeof FILES) => join(folder, FILES[name]);
  const settings = JSON.parse(readFileSync(path("settings"), "utf8")) as LabSettings; // client.ts wrote it
  const say = (line: string): void => void process.stdout.write(`${new Date().toISOString()} ${line}\n`);
  const { realizer, internet, routes, close } = makeParts(settings, say);
  const lab = new Lab({ store: new Store(join(folder, "clouds")), realizer, internet, say });

  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = lab.run();
  const look = (): void => {
    looking = lab.tick().catch((error: Error) => say(error.stack ?? error.message));
    void looking.then(() => {
      if (timer) timer = setTimeout(look, TICK_MS);
    });
  };
  const end = async (destroy: boolean): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    server.close();
    await looking;
    if (!destroy) return close();
    await Promise.all([realizer.destroy(), internet.destroy()]);
    rmSync(join(folder, "clouds"), { recursive: true, force: true });
  };
  const server = serveRoutes(
    {
      ...labRoutes(lab),
      ...routes,
      "GET /settings": () => Promise.resolve({ ...settings, lockedBy: process.ppid }),
      "POST /stop": async (body) => {
        await end((body as { destroy?: boolean }).destroy === true); // client.ts sends it
        // Once the answer has gone out.
        setImmediate(() => setImmediate(() => process.exit(0)));
      },
    },
    say,
  );
  process.on("SIGTERM", () => void end(false).finally(() => process.exit(0)));
  writeAtomically(path("process"), JSON.stringify(identify(process.pid)), 0o600);
  // Of a daemon that was killed: the lock says that it is gone.
  rmSync(path("socket"), { force: true });
  server.listen(path("socket"));
  timer = setTimeout(look, TICK_MS);
}
