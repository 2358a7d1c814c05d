/** `npm run bench`: measures the figures one after another, prints them and puts them into bench/results.json. */
import { dirname } from "node:path";
import { killRun } from "../cli/engine-run";
import { onInterrupt } from "../cli/interrupt";
import { formatError, UserError } from "../tools/errors";
import { checkout, storm as folders } from "../tools/paths";
import { ownRunName } from "../tools/processes";
import { streamOutput } from "../tools/report";
import { lockRun } from "../tools/run-lock";
import { type LabSetup, setUpLab } from "../tools/setup";
import { CLOUD_NODES, type CloudPreview, cloudPreviews } from "./clouds";
import { commandFigures } from "./commands";
import { measureEightNodes } from "./eight-nodes";
import { eightNodesFigures } from "./eight-nodes-figures";
import { EngineCluster, STACK } from "./engine-cluster";
import { type Figure, figureLine, isNoisy } from "./figures";
import { growth } from "./linearity";
import { median, round } from "./measure";
import { type Options, parseOptions } from "./options";
import { planCold, planOnce } from "./plan";
import { previews } from "./preview";
import { rehearsed } from "./rehearsal";
import { circumstances, details, keep, otherContainers } from "./results";
import { type Built, endScripts, ScriptCluster } from "./script-cluster";

const say = (line: string) => void process.stdout.write(`${line}\n`);
const lines: string[] = [];

class Bench {
  private readonly engine: EngineCluster;

  constructor(
    private readonly setup: LabSetup,
    private readonly options: Options,
    private readonly signal: AbortSignal,
  ) {
    this.engine = new EngineCluster(setup, signal);
  }

  async run(): Promise<void> {
    const { only } = this.options;
    // What a run that was killed left behind.
    if ([1, 2, 3, 5].some((figure) => only.has(figure))) await this.engine.down();
    if (only.has(4)) await this.plan();
    if (only.has(9)) await this.reportAll(commandFigures(this.options.runs));
    if (only.has(6)) await this.clouds();
    if (only.has(2) || only.has(5)) await this.startAndPreview();
    if (only.has(1) || only.has(3)) await this.clusters();
    if (only.has(7)) await this.reportAll(await rehearsed(this.signal, say));
    if (only.has(8)) await this.eightNodes();
  }

  /** A cluster over three clouds beside one of this machine alone: the same processors carry both. */
  private async eightNodes(): Promise<void> {
    let local: Built | undefined;
    await this.cleanly(async () => {
      local = await this.engine.start();
      say(`three local nodes to the first page: ${local.seconds.toFixed(1)} s`);
    });
    const figures = eightNodesFigures(await measureEightNodes(this.signal, say), local?.seconds ?? NaN);
    await this.reportAll(figures);
  }

  private async reportAll(figures: Record<string, Figure>): Promise<void> {
    for (const [name, figure] of Object.entries(figures)) await this.report(name, figure);
  }

  private async plan(): Promise<void> {
    planOnce();
    const warm = this.times(planOnce);
    const cold = this.times(planCold);
    await this.report("4 plan", {
      title: "Plan of 1,000 nodes, from storm.yml's text, first of its process",
      value: median(cold),
      unit: "ms",
      target: 200,
      details: { cold: cold.map((value) => round(value)), warm: warm.map((value) => round(value)) },
    });
  }

  private async clouds(): Promise<void> {
    // The engine is where set-up found it.
    process.env.STORM_ENGINE_DIR = dirname(this.setup.engine.path);
    const measured = await cloudPreviews(CLOUD_NODES, say);
    await this.report("6 clouds", {
      title: "Preview of 300 nodes over three clouds",
      value: measured[2].seconds,
      unit: "s",
      target: 20,
      details: { previews: measured },
    });
    const linear = (what: string, amount: (each: CloudPreview) => number) => {
      const [small, middle, large] = measured;
      const of = (each: CloudPreview) => ({ nodes: each.nodes, amount: amount(each) });
      return this.report(`6 ${what}`, {
        title: `A node's ${what} of 100 to 300 nodes / of 30 to 100`,
        value: growth([of(small), of(middle), of(large)]),
        unit: "ratio",
        target: 1.3,
        details: Object.fromEntries(measured.map((each) => [`${each.nodes} nodes`, amount(each)])),
      });
    };
    await linear("seconds", ({ seconds }) => seconds);
    await linear("memory", ({ peakMiB }) => peakMiB);
  }

  private times(work: () => number): number[] {
    return Array.from({ length: this.options.runs }, work);
  }

  /** Figures 5 and 2: the same deployment serves both. */
  private async startAndPreview(): Promise<void> {
    const { only, runs } = this.options;
    const starts: Built[] = [];
    for (let left = only.has(5) ? runs : 1; left > 0; left--) {
      await this.cleanly(async () => {
        const built = await this.engine.start();
        say(`npm start to the first page: ${built.seconds.toFixed(1)} s`);
        starts.push(built);
        if (left === 1 && only.has(2)) await this.preview();
      });
    }
    if (!only.has(5)) return;
    await this.report("5 start", {
      title: "Warm `npm start` to the first page",
      value: median(starts.map(({ seconds }) => seconds)),
      unit: "s",
      details: details(starts),
    });
  }

  private async preview(): Promise<void> {
    const { storm, empty } = await previews(this.setup, Math.max(this.options.runs, 3), say);
    await this.report("2 preview", {
      title: "No-op preview / an empty program's preview",
      value: median(storm) / median(empty),
      unit: "ratio",
      target: 1.5,
      details: { storm: storm.map((value) => round(value)), empty: empty.map((value) => round(value)) },
    });
  }

  /** Figures 1 and 3: script and program take turns, so that a busy moment hits both. */
  private async clusters(): Promise<void> {
    const { only, runs } = this.options;
    const script: Record<number, Built[]> = { 3: [], 5: [] };
    const engine: Record<number, Built[]> = { 3: [], 5: [] };
    for (let index = 0; index < runs; index++) {
      for (const nodes of only.has(3) ? [3, 5] : [3]) {
        script[nodes]?.push(await this.byScript(nodes));
        await this.cleanly(async () => {
          const built = await this.engine.up(nodes);
          say(`${nodes} nodes by the program: ${built.seconds.toFixed(1)} s`);
          engine[nodes]?.push(built);
        });
      }
    }
    const seconds = (all: Built[] | undefined) => median((all ?? []).map((built) => built.seconds));
    await this.report("1 up", {
      title: "First `up` / shell script, three nodes",
      value: seconds(engine[3]) / seconds(script[3]),
      unit: "ratio",
      target: 1.3,
      details: { program: details(engine[3] ?? []), script: details(script[3] ?? []) },
    });
    if (!only.has(3)) return;
    const own = seconds(engine[5]) / seconds(engine[3]);
    const scripts = seconds(script[5]) / seconds(script[3]);
    await this.report("3 five nodes", {
      title: "(Five nodes / three) of the program / the script's own",
      value: own / scripts,
      unit: "ratio",
      target: 1.1,
      details: {
        programRatio: round(own),
        scriptRatio: round(scripts),
        program: details(engine[5] ?? []),
        script: details(script[5] ?? []),
      },
    });
  }

  private async byScript(nodes: number): Promise<Built> {
    const cluster = new ScriptCluster(this.setup, nodes);
    try {
      this.signal.throwIfAborted();
      const built = await cluster.up();
      say(`${nodes} nodes by the script: ${built.seconds.toFixed(1)} s`);
      return built;
    } finally {
      await cluster.down();
    }
  }

  /** Work on the stack `bench`, which is gone afterwards, whatever happens. */
  private async cleanly(work: () => Promise<void>): Promise<void> {
    try {
      this.signal.throwIfAborted();
      await work();
    } finally {
      await this.engine.down();
    }
  }

  private async report(name: string, figure: Figure): Promise<void> {
    const measured = circumstances(await otherContainers());
    await keep(name, { ...figure, value: round(figure.value, 3) }, measured);
    const noise = isNoisy(measured) ? "  (noisy: see docs/figures.md)" : "";
    lines.push(figureLine(name, figure) + noise);
    say(lines.at(-1) ?? "");
  }
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  const setup = await setUpLab(streamOutput(process.stdout), { quiet: true });
  const lock = await lockRun(folders.folder, "bench-figures", "bench", ({ pid }) =>
    say(`Another bench (pid ${pid}) is measuring; waiting for it`),
  );
  const { signal, dispose } = onInterrupt({
    first: () => {
      say("Stopping: what was made is taken away");
      endScripts();
    },
    second: () => killRun(checkout, ownRunName(STACK)),
  });
  try {
    if (isNoisy(circumstances(await otherContainers()))) {
      say("This machine has other work: the figures will be noisy");
    }
    await new Bench(setup, options, signal).run();
    say(["", ...lines].join("\n"));
  } catch (error) {
    // What was cut off by our own doing is no news.
    throw signal.aborted ? new UserError("interrupted", [], 130) : error;
  } finally {
    dispose();
    lock.release();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${formatError(error)}\n`);
  process.exitCode = error instanceof UserError ? error.exitCode : 1;
});
