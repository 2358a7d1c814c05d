import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { loadAll, type LoadSettings } from "../../load";
import { SpecError } from "../../spec/errors";
import { stackDocument } from "../../stacks/apps";

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "storm-load-"));
});
afterEach(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

/** Writes files below the test's folder. */
function write(files: Record<string, string>): void {
  for (const [name, content] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), content);
  }
}

const loaded = (settings: Partial<LoadSettings> = {}) =>
  loadAll({
    directory: folder,
    file: "storm.yml",
    env: "dev",
    ipvs: false,
    offline: true,
    buildDirectory: path.join(folder, "builds"),
    ...settings,
  });

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error("it did not fail");
}

const WEB = "services: {web: {image: nginx, ports: ['80']}}\n";

test("storm.yml and its compose files become a plan and rendered stacks; .yml may be left out", () => {
  write({
    "storm.yml": "Local: [1, small]\ncompose:\n  shop: {file: shop/compose, scale: 2}\n",
    "shop/compose.yml": WEB,
  });
  const { plan, stacks } = loaded();
  expect(plan.nodes.map(({ name }) => name)).toEqual(["local-1"]);
  expect(stacks).toHaveLength(1);
  expect(stacks[0]).toMatchObject({
    name: "shop",
    errors: [],
    routes: [{ service: "web", host: "web.shop.dev.storm.localhost", path: "/" }],
    contexts: [],
  });
});

test("storm.yml may be elsewhere: its compose files are beside it", () => {
  write({ "elsewhere/storm.yml": "compose: {shop: {file: nothing.yml}}\n", "elsewhere/ok.yml": WEB });
  const file = path.join("elsewhere", "storm.yml");
  expect(messageOf(() => loaded({ file }))).toMatch(
    /storm\.yml:1:11 compose\/shop\/file: there is no nothing\.yml.*elsewhere/,
  );
  expect(loaded({ file, spec: { compose: { shop: { file: "ok.yml" } } } }).stacks).toHaveLength(1);
});

test("no storm.yml: the message says which file, and the setting that names it", () => {
  expect(messageOf(() => loaded())).toBe(
    "storm.yml: there is no such file; stack config storm:file names the storm.yml to deploy",
  );
});

test("values of the stack's config go over the file's", () => {
  write({ "storm.yml": "Local: [3, small]\n" });
  expect(loaded({ spec: { Local: [1, "micro"] } }).plan.nodes.map(({ size }) => size)).toEqual(["micro"]);
});

test("what is wrong in storm.yml comes as one SpecError with all of it, before any compose file is read", () => {
  write({ "storm.yml": "Lokal: [1, small]\nHostname: 7\ncompose: {shop: {file: nothing.yml}}\n" });
  expect(() => loaded()).toThrow(SpecError);
  const lines = messageOf(() => loaded()).split("\n");
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/^storm\.yml:1:1 Lokal: .*did you mean "Local"/);
  expect(lines[1]).toMatch(/^storm\.yml:2:11 Hostname: /);
});

test("what this version does not deploy is an error with the version that will", () => {
  write({ "storm.yml": "monitoring: {}\n" });
  expect(messageOf(() => loaded())).toMatch(
    /^storm\.yml:1:\d+ monitoring: monitoring deploys with version 0\.3 of the program/,
  );
});

test("two stacks at one address are an error", () => {
  const web = "services: {web: {image: 'w:1', ports: ['80'], labels: {storm.route.host: shop.example.com}}}\n";
  write({
    "storm.yml": "Local: [1, small]\ncompose:\n  one: {file: one.yml}\n  two: {file: two.yml}\n",
    "one.yml": web,
    "two.yml": web,
  });
  expect(messageOf(() => loaded())).toBe(
    "storm.yml:4:3 compose/two: one/web and two/web would both answer at https://shop.example.com/; give one of them another storm.route.host",
  );
});

test("errors of all compose files come in one go", () => {
  write({
    "storm.yml": "Local: [1, small]\ncompose:\n  one: {file: one.yml}\n  two: {file: two.yml}\n",
    "one.yml": "services: {web: {}}\n",
    "two.yml": "services: {web: {}}\n",
  });
  const message = messageOf(() => loaded());
  expect(message).toContain("one.yml:");
  expect(message).toContain("two.yml:");
});

describe("a stack that builds", () => {
  const files = {
    "storm.yml": "Local: [1, small]\ncompose: {shop: {file: shop/compose.yml}}\n",
    "shop/compose.yml": "services: {web: {build: {context: web, args: {A: b}}, ports: ['80']}}\n",
    "shop/web/Dockerfile": "FROM scratch\nCOPY page /page\n",
    "shop/web/page": "hello\n",
  };

  test("its context is packed once, under a name that holds the hash of its content", () => {
    write(files);
    const [stack] = loaded().stacks;
    const [context] = stack?.contexts ?? [];
    const hash = stack?.builds[0]?.image.split(":").at(-1) ?? "?";
    expect(stack?.builds[0]?.image).toBe(`registry.service.consul:5000/shop/web:${hash}`);
    expect(context).toEqual({
      service: "web",
      localPath: path.join(folder, "builds", `shop.web.${hash}.tar.gz`),
      remotePath: `/var/lib/storm/builds/shop.web.${hash}.tar.gz`,
    });
    const archive = context?.localPath ?? "";
    const { ino } = fs.statSync(archive);
    fs.utimesSync(archive, 1, 1);
    expect(loaded().stacks[0]?.contexts[0]).toEqual(context);
    expect(fs.statSync(archive).ino).toBe(ino);
    // It is in use, so it does not count as old.
    expect(fs.statSync(archive).mtimeMs).toBeGreaterThan(Date.now() - 60_000);
    // Nothing of the writing is left.
    expect(fs.readdirSync(path.join(folder, "builds"))).toEqual([`shop.web.${hash}.tar.gz`]);
  });

  test("another content is another image and another archive", () => {
    write(files);
    const before = loaded().stacks[0]?.builds[0]?.image;
    write({ "shop/web/page": "good-bye\n" });
    expect(loaded().stacks[0]?.builds[0]?.image).not.toBe(before);
    expect(fs.readdirSync(path.join(folder, "builds"))).toHaveLength(2);
  });

  test("the document for the manager names the archive on the node, never the one here", () => {
    write(files);
    const [stack] = loaded().stacks;
    const document = stack ? stackDocument(stack, 3) : undefined;
    expect(document).toMatchObject({ stack: "shop", configs: [], secrets: [], timeoutSeconds: 300 });
    expect(document?.builds).toEqual([
      {
        image: stack?.builds[0]?.image,
        tarPath: stack?.contexts[0]?.remotePath,
        dockerfile: "Dockerfile",
        args: { A: "b" },
        target: undefined,
      },
    ]);
    expect(JSON.stringify(document)).not.toContain(folder);
  });
});

test("images of another registry come by the image cache, and volumes stay on the plan's volume node", () => {
  write({
    "storm.yml": "Local: [3, small]\ncompose: {shop: {file: compose.yml}}\n",
    "compose.yml": "services: {db: {image: 'ghcr.io/a/b:1', volumes: ['data:/data']}}\nvolumes: {data: {}}\n",
  });
  const { plan, stacks } = loaded();
  expect(stacks[0]?.stack).toMatchObject({
    services: {
      db: {
        image: "image-cache.storm:5000/ghcr.io/a/b:1",
        deploy: { placement: { constraints: [`node.labels.storm.node == ${plan.volumeNode}`] } },
      },
    },
  });
});
