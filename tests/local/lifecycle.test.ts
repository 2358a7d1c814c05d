/** The provider under the real engine and a real Docker Engine: a network, two nodes and a service through their lives. */
import { createServer, type Server } from "node:net";
import { Docker, DockerError } from "../../lab/local/docker";
import type { Container, ContainerSummary, Network } from "../../lab/local/docker-types";
import { anyPort } from "../../lab/local/ports";
import { importImage, Project, tinyRoot } from "./engine";

const CANARY = "canary-7f3a9c";

interface Outputs {
  cidr: string;
  addresses: Record<string, string>;
  containers: Record<string, string>;
  ports: Record<string, Record<string, number>>;
}

// One story, told in order: each test goes on from the one before it.
describe("storm:local under the engine", () => {
  const id = `storm-test-${process.pid}`;
  const image = `${id}:tiny`;
  const docker = new Docker();
  const project = new Project();
  let listener: Server;
  let preferred: number[];
  let first: Outputs;

  const node = (name: string, more: object = {}) => ({
    ...{ name: `${id}-${name}`, hostname: name, cluster: id, image, cpus: 64, memoryMiB: 64 },
    ...{ userData: `#cloud-config\n# ${CANARY}\n`, metaData: `instance-id: ${name}\n` },
    ...more,
  });
  const service = (content: string, more: object = {}) => ({
    ...{ name: `${id}-lb`, cluster: id, image, addressIndex: 2, memoryMiB: 32, reloadSignal: "SIGHUP" },
    files: { "/etc/storm/file": `${content}\n` },
    ports: [{ name: "https", container: 443, preferred }],
    ...more,
  });
  const inputs = (content = `one ${CANARY}`, change: { a?: object; lb?: object } = {}) => ({
    network: { name: id, cluster: id },
    nodes: { a: node("a", change.a), b: node("b") },
    services: { lb: service(content, change.lb) },
  });
  const inspect = (name: string) => docker.get<Container>(`/containers/${id}-${name}/json`);
  const listed = () =>
    docker.get<ContainerSummary[]>("/containers/json", { all: true, filters: { label: [`storm.cluster=${id}`] } });

  beforeAll(async () => {
    await importImage(image, tinyRoot(project.folder));
    // The first preferred port is taken, so the second must be chosen.
    const busy = await anyPort();
    listener = createServer().listen(busy, "127.0.0.1");
    preferred = [busy, await anyPort()];
    await project.pulumi("stack", "init", "test");
  }, 60_000);

  afterAll(async () => {
    listener.close();
    for (const { Id } of await listed()) await docker.delete(`/containers/${Id}`, { force: true, v: true });
    const gone = (error: unknown) => {
      if (!(error instanceof DockerError && error.status === 404)) throw error;
    };
    await docker.delete(`/networks/${id}`).catch(gone);
    await docker.delete(`/images/${image}`).catch(gone);
    project.remove();
  }, 60_000);

  test("makes them, with addresses, seed, limits and a free port", async () => {
    expect(await project.up(inputs())).toEqual({ created: 5 });
    first = await project.outputs<Outputs>();
    const prefix = first.cidr.replace(/0\/24$/, "");
    expect(first.cidr).toMatch(/^172\.28\.\d+\.0\/24$/);
    expect([first.addresses.a, first.addresses.b].sort()).toEqual([`${prefix}10`, `${prefix}11`]);
    expect(first.addresses.lb).toBe(`${prefix}2`);
    expect(first.ports.lb).toEqual({ https: preferred[1] });
    expect((await inspect("a")).Config).toMatchObject({ Hostname: "a", StopSignal: "SIGRTMIN+3" });
    expect(JSON.stringify(await inspect("a"))).not.toContain(CANARY);
    expect(await docker.lastLogLines(`${id}-lb`, 9)).toBe(`file: one ${CANARY}`);
    expect(project.state()).not.toContain(CANARY);
  }, 60_000);

  test("changes nothing the second time", async () => {
    expect(await project.up(inputs())).toEqual({ unchanged: 5 });
  }, 60_000);

  test("starts what a refresh finds stopped, in the same container", async () => {
    await docker.post(`/containers/${id}-a/kill`);
    expect(await project.up(inputs(), "--refresh")).toEqual({ updated: 1, unchanged: 4 });
    expect((await inspect("a")).Id).toBe(first.containers.a);
    expect((await inspect("a")).State.Running).toBe(true);
  }, 60_000);

  test("makes anew what a refresh finds gone", async () => {
    await docker.delete(`/containers/${id}-b`, { force: true, v: true });
    expect(await project.up(inputs(), "--refresh")).toEqual({ created: 1, unchanged: 4 });
    expect((await project.outputs<Outputs>()).addresses.b).toBe(first.addresses.b);
  }, 60_000);

  test("puts a changed file and a changed limit into the running containers", async () => {
    expect(await project.up(inputs("two", { a: { memoryMiB: 96 } }))).toEqual({ updated: 2, unchanged: 3 });
    expect((await project.outputs<Outputs>()).containers.lb).toBe(first.containers.lb);
    expect(await docker.lastLogLines(`${id}-lb`, 1)).toBe("file: two");
  }, 60_000);

  test("replaces on other changes, and keeps address and port", async () => {
    const change = { a: { metaData: "instance-id: other\n" }, lb: { environment: { MODE: "new" } } };
    expect(await project.up(inputs("two", change))).toMatchObject({ replaced: 2 });
    const now = await project.outputs<Outputs>();
    expect(now.containers.a).not.toBe(first.containers.a);
    expect(now.containers.lb).not.toBe(first.containers.lb);
    expect([now.addresses, now.ports]).toEqual([first.addresses, first.ports]);
    expect(await project.up(inputs("two"))).toMatchObject({ replaced: 2 });
  }, 60_000);

  test("adopts its own after the state is lost, and clears away what was half made", async () => {
    const before = await project.outputs<Outputs>();
    await project.pulumi("stack", "rm", "test", "--yes", "--force");
    await docker.delete(`/containers/${id}-b`, { force: true, v: true });
    await docker.post("/containers/create", { Image: image, Labels: { "storm.cluster": id } }, { name: `${id}-b` });
    await project.pulumi("stack", "init", "test");
    expect(await project.up(inputs("two"))).toEqual({ created: 5 });
    const now = await project.outputs<Outputs>();
    expect(now).toEqual({ ...before, containers: { ...before.containers, b: now.containers.b } });
  }, 60_000);

  test("says in one line who holds a name", async () => {
    const error = await project
      .up({ ...inputs("two"), nodes: { ...inputs().nodes, c: node("b", { cluster: "other" }) } })
      .then(() => "", String);
    expect(error).toContain(`the container name "${id}-b" is taken by cluster "${id}"`);
    expect(error).not.toMatch(/^\s+at /m);
  }, 60_000);

  test("destroy removes all, a crashed run's container and a stopped one too", async () => {
    const left = { Image: image, Labels: { "storm.cluster": id }, HostConfig: { NetworkMode: id } };
    await docker.post("/containers/create", left, { name: `${id}-left` });
    await docker.post(`/containers/${id}-left/start`);
    await docker.post(`/containers/${id}-a/kill`);
    await project.pulumi("destroy", "--yes", "--skip-preview");
    expect(await listed()).toEqual([]);
    expect(await docker.get<Network[]>("/networks", { filters: { name: [id] } })).toEqual([]);
  }, 60_000);
});
