import type { Engine } from "../../tools/engine";
import { ensurePlugins, type PluginOrigin } from "../../tools/plugins";
import type { SetupMode } from "../../tools/setup-mode";

interface Case {
  mode: SetupMode;
  engine: Engine["origin"];
  installed?: PluginOrigin;
  /** What is installed was changed since. */
  damaged?: boolean;
  /** Pulumi's server is out of reach. */
  offline?: boolean;
  /** What is got, in this order, and what is used in the end. */
  got: string[];
  used: PluginOrigin | RegExp;
}

test.each<Case>([
  { mode: "auto", engine: "downloaded", got: ["official"], used: "official" },
  { mode: "auto", engine: "installed", got: ["official"], used: "official" },
  { mode: "auto", engine: "downloaded", offline: true, got: ["official", "stand-ins"], used: "stand-in" },
  // The engine was built because Pulumi cannot be reached.
  { mode: "auto", engine: "built", got: ["stand-ins"], used: "stand-in" },
  { mode: "auto", engine: "built", installed: "official", got: [], used: "official" },
  { mode: "auto", engine: "built", installed: "official", damaged: true, got: ["official"], used: "official" },
  // Nobody waits for a server at each start; but the stand-ins' sources may have changed.
  { mode: "auto", engine: "downloaded", installed: "stand-in", got: ["stand-ins"], used: "stand-in" },
  { mode: "official", engine: "built", got: ["official"], used: "official" },
  { mode: "official", engine: "built", installed: "stand-in", got: ["official"], used: "official" },
  {
    mode: "official",
    engine: "built",
    offline: true,
    got: ["official"],
    used: /^cannot install the plugins: no route/,
  },
  { mode: "registries", engine: "downloaded", got: ["stand-ins"], used: "stand-in" },
  { mode: "registries", engine: "downloaded", installed: "official", got: ["stand-ins"], used: "stand-in" },
])("$mode, engine $engine, $installed installed, offline $offline: $got", async (of) => {
  const got: string[] = [];
  const said: string[] = [];
  const ways = {
    installed: () => of.installed,
    asPlaced: async () => !of.damaged,
    official: async () => {
      got.push("official");
      if (of.offline) throw new Error("no route");
    },
    standIns: async () => void got.push("stand-ins"),
  };
  const engine: Engine = { path: "/x/pulumi", version: "3.220.0", origin: of.engine };
  const work = ensurePlugins(of.mode, engine, (message) => void said.push(message), ways);
  if (of.used instanceof RegExp) await expect(work).rejects.toThrow(of.used);
  else expect(await work).toBe(of.used);
  expect(got).toEqual(of.got);
  const fellBack = of.got.length === 2;
  expect(said).toEqual([
    ...(of.damaged ? ["the plugins are not what was installed: putting them in place again"] : []),
    ...(fellBack ? ["Pulumi's plugins are out of reach; using the lab's stand-ins"] : []),
  ]);
});
