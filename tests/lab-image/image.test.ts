import { readFileSync } from "node:fs";
import { parseTargets, proxyEnvironment } from "../../lab/image/apt";
import { cachedImages } from "../../lab/image/cache-contents";
import { nodeImageReference } from "../../lab/image/node-image";
import { boundingSet, nodeRunFlags } from "../../lab/image/run-flags";

describe("Debian's mirrors from apt's list", () => {
  const text = [
    "http://mirror.example/debian|trixie|main|Debian|/etc/apt/sources.list.d/debian.sources:1",
    "http://mirror.example/debian|trixie|contrib|Debian|/etc/apt/sources.list.d/debian.sources:1",
    "http://mirror.example/debian|trixie-updates|main|Debian|/etc/apt/sources.list.d/debian.sources:1",
    "http://mirror.example/debian|trixie-backports|main|Debian|/etc/apt/sources.list.d/backports.list:1",
    "http://mirror.example/security|trixie-security|main|Debian|/etc/apt/sources.list.d/debian.sources:10",
    "https://apt.example.com|bookworm|main|Somebody|/etc/apt/sources.list.d/somebody.list:1",
    "https://never.fetched|bookworm|main|$(ORIGIN)|/etc/apt/sources.list:3",
    "",
  ].join("\n");

  test("are Debian's own, for the release that nodes run", () => {
    expect(parseTargets(text)).toEqual([
      { site: "http://mirror.example/debian", release: "bookworm", file: "/etc/apt/sources.list.d/debian.sources" },
      {
        site: "http://mirror.example/debian",
        release: "bookworm-updates",
        file: "/etc/apt/sources.list.d/debian.sources",
      },
      {
        site: "http://mirror.example/security",
        release: "bookworm-security",
        file: "/etc/apt/sources.list.d/debian.sources",
      },
    ]);
  });
});

test("apt's proxies become variables, the mirror's own before the general one", () => {
  const config = [
    'Acquire::http::Proxy "http://proxy:3128";',
    'Acquire::http::Proxy::mirror.example "http://near:3142";',
    'Acquire::https::Proxy "DIRECT";',
  ].join("\n");
  const [http, https] = [process.env.http_proxy, process.env.https_proxy];
  delete process.env.http_proxy;
  delete process.env.https_proxy;
  try {
    expect(proxyEnvironment(config, "mirror.example")).toEqual({ http_proxy: "http://near:3142" });
    expect(proxyEnvironment(config, "other.example")).toEqual({ http_proxy: "http://proxy:3128" });
    process.env.http_proxy = "http://mine";
    expect(proxyEnvironment(config, "other.example")).toEqual({});
  } finally {
    delete process.env.http_proxy;
    if (http !== undefined) process.env.http_proxy = http;
    if (https !== undefined) process.env.https_proxy = https;
  }
});

describe("flags of a node's container", () => {
  test("name the capabilities that this machine has, and none that Docker 20.10 does not know", () => {
    expect(boundingSet("CapBnd:\t0000000000000005\n")).toEqual(["CHOWN", "DAC_READ_SEARCH"]);
    const all = boundingSet("CapBnd:\t000001ffffffffff\n");
    expect(all).toHaveLength(38);
    expect(all.at(-1)).toBe("AUDIT_READ");
  });

  test("never ask for a privileged container", () => {
    const flags = nodeRunFlags("CapBnd:\t0000000000000001\n");
    expect(flags).not.toContain("--privileged");
    expect(flags.slice(0, 2)).toEqual(["--cap-drop=all", "--cap-add=CHOWN"]);
  });
});

test("the node image's name is a function of this checkout alone", () => {
  expect(nodeImageReference()).toBe(nodeImageReference());
  expect(nodeImageReference()).toMatch(/^storm-node:[0-9a-f]{12}$/);
});

test("the cache serves images under the names that compose files and the renderer use", () => {
  const path = "/nowhere";
  const images = cachedImages({
    registry: path,
    certificates: path,
    node: path,
    npm: path,
    traefik: path,
    ferretdb: path,
  });
  expect(images.map((image) => image.name)).toEqual([
    "library/debian:bookworm-slim",
    "library/node:22-bookworm-slim",
    "library/traefik:v3.6.0",
    "library/registry:2",
    "ghcr.io/ferretdb/ferretdb:1.24.0",
  ]);
});

test("every file that a Dockerfile of the cache copies is given to it", () => {
  const path = "/nowhere";
  const of = { registry: path, certificates: path, node: path, npm: path, traefik: path, ferretdb: path };
  for (const { dockerfile, files } of cachedImages(of)) {
    const copied = [...readFileSync(dockerfile, "utf8").matchAll(/^COPY (\S+) /gm)].map((match) => match[1]);
    expect(Object.keys(files).sort()).toEqual(copied.sort());
  }
});
