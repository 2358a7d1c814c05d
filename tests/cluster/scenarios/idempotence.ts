import type { LabCluster } from "../lab";

/** A second `up` has nothing to do. */
export function idempotence(lab: LabCluster): void {
  test("a second up changes nothing and runs no remote command", async () => {
    const done = await lab.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes", "--diff");
    expect(`${done.code} ${done.stderr}`).toBe("0 ");
    expect(done.stdout).not.toMatch(/command:remote/);
  });
}
