/** The same cluster by the program, in the stack `bench`: by the engine alone, or by the whole of `npm start`. */
import { spawn } from "node:child_process";
import * as path from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { loadIpvs, localConfig, setAllArguments } from "../cli/config";
import { partsOf, shortType } from "../cli/describe";
import { StormStack } from "../cli/workspace";
import { checkout } from "../tools/paths";
import type { LabSetup } from "../tools/setup";
import { pageAnswers } from "./measure";
import { Phases } from "./phases";
import type { Built } from "./script-cluster";

export const STACK = "bench";

export class EngineCluster {
  private readonly stack: StormStack;

  constructor(
    private readonly setup: LabSetup,
    private readonly signal: AbortSignal,
  ) {
    this.stack = new StormStack(STACK, setup);
  }

  /** A first `up` of so many nodes: from the engine's start to its end. */
  async up(nodes: number): Promise<Built> {
    const automated = await this.stack.open();
    const config = {
      "storm:local": localConfig(this.setup, loadIpvs()),
      "storm:spec": { Local: [nodes, "small"] },
    };
    await this.stack.run(setAllArguments(STACK, config));
    const phases = new Phases();
    const began = performance.now();
    const now = () => (performance.now() - began) / 1000;
    const onEvent = ({ resourcePreEvent, resOutputsEvent }: EngineEvent) => {
      // The first is the stack's own: by then the engine has loaded the program.
      if (resourcePreEvent && phases.list().length === 0) phases.mark("engine and program loaded", now());
      if (!resOutputsEvent) return;
      const { type, name } = partsOf(resOutputsEvent.metadata.urn);
      phases.done(`${shortType(type)} ${name}`, now());
    };
    await automated.up({ onEvent, signal: this.signal, suppressOutputs: true, color: "never" });
    const seconds = now();
    await this.page();
    return { seconds, phases: phases.list() };
  }

  /** `npm start` to the first page. */
  async start(): Promise<Built> {
    const phases = new Phases();
    const began = performance.now();
    const now = () => (performance.now() - began) / 1000;
    // Each line tells what is done; with --verbose those of keys do too.
    await storm(["start", "--stack", STACK, "--verbose"], this.signal, (line) => {
      const title = /^(.+?) \.{3,} \[ ok \]/.exec(line)?.[1];
      if (title === undefined) return;
      const resource = resourceOf(title);
      if (resource === undefined && phases.list().every(({ name }) => name === "set-up")) phases.mark("set-up", now());
      if (resource !== undefined) phases.done(resource, now());
    });
    phases.mark("`npm start` ended", now());
    await this.page();
    phases.mark("page served", now());
    return { seconds: now(), phases: phases.list() };
  }

  /** Whatever state it is in. */
  async down(): Promise<void> {
    await storm(["stop", "--stack", STACK]);
  }

  private async page(): Promise<void> {
    const outputs = await this.stack.outputs();
    await pageAnswers(String(outputs.url), String(outputs.caCertificate));
  }
}

/** The resource behind a line of `npm start --verbose` (cli/describe.ts says the words). */
function resourceOf(title: string): string | undefined {
  const words: [pattern: RegExp, resource: string][] = [
    [/-(key|cert|request)$|^secrets-/, "tls:"],
    [/^Network$/, "storm:local:Network"],
    // Set-up's own line names the mode besides.
    [/^Image cache$/, "storm:local:Service image-cache"],
    [/^Node (\S+)-(\d+)$/, "storm:local:Node "],
    [/^Load balancer$/, "storm:local:Service load-balancer"],
    [/^Node \S+ ready$/, "command enroll-"],
    [/^Mesh of /, "command peers-"],
    [/^Consul$/, "command consul"],
    [/^Swarm$/, "command swarm"],
    [/^Stack registry$/, "command stack-registry"],
    [/^Stack ingress$/, "command stack-ingress"],
    [/^Context /, "command context-"],
    [/^Stack /, "command stack-"],
  ];
  return words.find(([pattern]) => pattern.test(title))?.[1];
}

/** Runs a command of the `storm` program. */
export function storm(args: string[], signal?: AbortSignal, onLine: (line: string) => void = () => undefined) {
  return new Promise<void>((resolve, reject) => {
    const program = [path.join(checkout, "tools", "bootstrap.js"), ...args];
    const child = spawn(process.execPath, program, {
      cwd: checkout,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    signal?.addEventListener("abort", () => child.kill("SIGINT"));
    let all = "";
    let rest = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      all += text;
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      lines.forEach(onLine);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => (all += text));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`storm ${args.join(" ")} ended with ${code}\n${all.trim().slice(-2000)}`));
    });
  });
}
