import { run } from "../cluster/lab";

/** Container of a machine or load balancer by its cloud's id. */
export async function containerOf(id: string): Promise<string> {
  const { stdout } = await run("docker", ["ps", "-q", "--filter", `label=storm.lab.id=${id}`]);
  return stdout.trim();
}
