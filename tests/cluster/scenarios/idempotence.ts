import type { LabCluster } from "../lab";
import { changed, stamps } from "../state";
import { stormYml } from "../storm-yml";

/** A second time has nothing to do. */
export function idempotence(lab: LabCluster): void {
  test("a second npm start says that there is nothing to change, and changes nothing", async () => {
    const before = await stamps(lab);
    const done = await lab.start(stormYml(3));
    expect(`${done.code} ${done.stderr}`).toBe("0 ");
    expect(done.stdout).toMatch(/^Nothing to change \(/m);
    const after = await stamps(lab);
    expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
    expect(changed(before, after)).toEqual([]);
  });

  test("a second up changes nothing and runs no remote command", async () => {
    const done = await lab.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes", "--diff");
    expect(`${done.code} ${done.stderr}`).toBe("0 ");
    expect(done.stdout).toMatch(/^ *\d+ unchanged$/m);
    expect(done.stdout).not.toMatch(/command:remote/);
  });
}
