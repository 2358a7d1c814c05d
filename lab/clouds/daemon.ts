/** The process of one lab: `daemon.ts FOLDER`. client.ts starts it, under a lock. */
import { join } from "node:path";
import { Docker } from "../local/docker";
import { runDaemon } from "./daemon-process";
import { Internet } from "./internet/internet";
import { Names, namespacePath } from "./realize/names";
import { Realizer } from "./realize/realizer";

const folder = process.argv[2] ?? "";
runDaemon(folder, ({ lab, image }, say) => {
  const docker = new Docker();
  const names = new Names(lab);
  const real = new Realizer({ lab, image, folder: join(folder, "realize"), docker, say });
  const namespace = namespacePath(names.internet);
  const internet = new Internet({ lab, folder: join(folder, "internet"), say, namespace });
  real.watch();
  return {
    realizer: Object.assign(real, {
      start: async (id: string) => void (await docker.post(`/containers/${names.container(id)}/start`)),
    }),
    internet,
    routes: {
      // What the program and visitors need of the lab's internet.
      "GET /internet": async () => ({
        credentials: internet.credentials(),
        caPem: await internet.caPem(),
        rootsPem: internet.rootsPem(),
      }),
    },
    close: () => real.close(),
  };
});
