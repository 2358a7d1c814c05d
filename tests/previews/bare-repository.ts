/** A git server that is a bare repository with the hook of docs/gitops, and a clone of somebody who pushes to it. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const HOOK = join(__dirname, "..", "..", "docs", "gitops", "hooks", "post-receive");
/** Of a checkout: what is no commit's. */
const LEFT_OUT = ["node_modules", ".storm"];
const NOBODY = { NAME: "Nobody", EMAIL: "nobody@example.com" };

export class BareRepository {
  private readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "storm-gitops-")));
  private readonly bare = join(this.folder, "storm.git");
  private readonly clone = join(this.folder, "clone");
  private readonly env: NodeJS.ProcessEnv;

  /**
   * `main` has what is in the checkout now; from here on pushes run the hook.
   * @param checkout where the hook runs Storm
   * @param env of everybody who pushes
   */
  constructor(checkout: string, env: Record<string, string>) {
    const people = ["AUTHOR", "COMMITTER"].flatMap((who) =>
      Object.entries(NOBODY).map(([what, value]) => [`GIT_${who}_${what}`, value]),
    );
    this.env = { PATH: process.env.PATH, ...Object.fromEntries(people), ...env };
    cpSync(checkout, this.clone, {
      recursive: true,
      filter: (path) => !LEFT_OUT.some((name) => path === join(checkout, name)),
    });
    this.run(this.folder, "init", "--quiet", "--bare", "--initial-branch=main", this.bare);
    this.git("init", "--quiet", "--initial-branch=main");
    this.git("remote", "add", "origin", this.bare);
    this.commit("The cluster");
    this.git("push", "--quiet", "origin", "main");
    cpSync(HOOK, join(this.bare, "hooks", "post-receive"));
    this.run(this.bare, "config", "storm.checkout", checkout);
  }

  /** A git command in the clone; what it printed. */
  git(...args: string[]): string {
    return this.run(this.clone, ...args);
  }

  /** Changes a file of the clone. */
  edit(name: string, from: string, to: string): void {
    const text = readFileSync(join(this.clone, name), "utf8");
    if (!text.includes(from)) throw new Error(`${name} has no ${from}`);
    writeFileSync(join(this.clone, name), text.replace(from, to));
  }

  commit(message: string): void {
    this.git("add", "--all");
    this.git("commit", "--quiet", "--allow-empty", "--message", message);
  }

  /** What whoever pushes gets to read. */
  push(branch: string): string {
    return this.git("push", "origin", branch)
      .replace(/^remote: ?/gm, "")
      .replace(/ +$/gm, "");
  }

  /** What the hook keeps of the clone's commit: "md" or "json". Undefined: nothing. */
  kept(kind: "md" | "json"): string | undefined {
    const tree = this.git("rev-parse", "HEAD^{tree}").trim();
    const file = join(this.bare, "storm", `${tree}.${kind}`);
    return existsSync(file) ? readFileSync(file, "utf8") : undefined;
  }

  stop(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private run(cwd: string, ...args: string[]): string {
    const { status, stdout, stderr } = spawnSync("git", args, { cwd, env: this.env, encoding: "utf8" });
    if (status !== 0) throw new Error(`git ${args.join(" ")}\n${stdout}\n${stderr}`);
    return stdout + stderr;
  }
}
