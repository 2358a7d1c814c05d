import * as fs from "node:fs";
import * as path from "node:path";
import { installPlugins } from "../../lab/plugins/install";
import { succeeded } from "../../tools/command";
import { storm } from "../../tools/paths";
import { type Done, type LabCluster, root, run } from "./lab";

const PASSPHRASE = "the application team's own";

/** An application team: examples/whoami, the operators' stack of outputs under a passphrase of the team's, and nothing else of theirs. */
export class Team {
  private readonly home: string;
  private readonly pulumiHome: string;
  private readonly project: string;
  private readonly operators: string;
  private readonly outputs: string;

  private constructor(private readonly lab: LabCluster) {
    this.outputs = `${lab.stack}-outputs`;
    const folder = (name: string) => path.join(lab.folder, "team", name);
    [this.home, this.pulumiHome] = [folder("home"), folder("pulumi")];
    [this.project, this.operators] = [folder("whoami"), folder("operators")];
    for (const each of [this.home, this.pulumiHome, this.operators]) fs.mkdirSync(each, { recursive: true });
  }

  /** With the stack of outputs there, and the project installed and configured. */
  static async start(lab: LabCluster): Promise<Team> {
    const team = new Team(lab);
    await installPlugins(team.pulumiHome, ["command"]);
    await team.handOver();
    await team.install();
    return team;
  }

  /** A shell's lines in the project's folder, in an environment with nothing of ours. */
  sh(lines: string): Promise<Done> {
    return this.shIn(this.project, lines);
  }

  async stop(): Promise<void> {
    await this.sh("pulumi destroy --yes --skip-preview && pulumi stack rm --yes");
    await this.shIn(this.operators, `pulumi stack rm --yes --stack ${this.outputs}`);
  }

  /** docs/layers.md: the layer `outputs`, with the credential handed over, for the operators' secrets are under another passphrase. */
  private async handOver(): Promise<void> {
    for (const name of ["node_modules", "package.json", "index.js"])
      fs.symlinkSync(path.join(root, name), path.join(this.operators, name));
    const project = "name: storm\nmain: index.js\nruntime: {name: nodejs, options: {typescript: false}}\n";
    fs.writeFileSync(path.join(this.operators, "Pulumi.yaml"), project);
    const { stormCredential } = await this.lab.outputs();
    const credential = path.join(this.operators, "credential");
    fs.writeFileSync(credential, JSON.stringify(stormCredential), { mode: 0o600 });
    const { stack, file } = this.lab;
    const lines = [
      `pulumi stack init ${this.outputs}`,
      `pulumi config set storm:file ${file}`,
      `pulumi config set storm:env ${stack}`,
      "pulumi config set storm:layers outputs",
      `pulumi config set storm:upstream ${stack}`,
      `pulumi config set --secret storm:credential <${credential}`,
      "pulumi up --yes --skip-preview",
    ];
    succeeded(await this.shIn(this.operators, lines.join("\n")));
    fs.rmSync(credential);
  }

  private async install(): Promise<void> {
    fs.cpSync(path.join(root, "examples/whoami"), this.project, { recursive: true });
    // What `npm install` would put there; of Storm what the project loads.
    const modules = path.join(this.project, "node_modules");
    fs.mkdirSync(path.join(modules, "storm"), { recursive: true });
    for (const name of ["@pulumi", "@types", "typescript", "zod"])
      fs.symlinkSync(path.join(root, "node_modules", name), path.join(modules, name));
    for (const name of ["package.json", "outputs"])
      fs.cpSync(path.join(root, name), path.join(modules, "storm", name), { recursive: true });
    const lines = ["pulumi stack init test", `pulumi config set cluster organization/storm/${this.outputs}`];
    succeeded(await this.sh(lines.join("\n")));
  }

  private shIn(folder: string, lines: string): Promise<Done> {
    const environment = {
      PATH: process.env.PATH ?? "",
      HOME: this.home,
      PULUMI_HOME: this.pulumiHome,
      PULUMI_BACKEND_URL: `file://${storm.state}`,
      PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
      PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    };
    const words = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    return run("env", ["-i", ...words, "sh", "-ec", `cd ${folder}\n${lines}`], 400);
  }
}
