import { createHash } from "node:crypto";
import { once } from "node:events";
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pageStack, servesPage, servicesPage } from "../../boot/services-page";
import { temporaryFolder } from "../tools/support";

const folder = temporaryFolder();
const PLAN = { name: "storm", env: "dev", baseDomain: "dev.storm.example.com" };
const link = (stack: string, service: string) => ({
  stack,
  service,
  url: `https://${service}.${stack}.dev.storm.example.com:8443`,
});
const page = servicesPage(PLAN, [link("shop", "web"), link("demo", "guestbook"), link("shop", "api")]);
const stack = pageStack({
  page,
  hosts: [PLAN.baseDomain, "storm.example.com"],
  image: "node:22",
  edgeNetwork: "zz-edge",
});

test("every service by stack, with its link", () => {
  expect(page.slice(page.indexOf("<body>"))).toMatchSnapshot();
  expect(page).not.toContain("<script");
});

test("nothing in a name becomes markup", () => {
  const evil = `"><script>alert('1')</script>`;
  const text = servicesPage({ ...PLAN, name: evil }, [{ stack: evil, service: evil, url: `https://${evil}` }]);
  expect(text).not.toContain("<script>");
  expect(text).toContain("&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;");
});

test("without services it says so", () => {
  expect(servicesPage(PLAN, [])).toContain("No service is reached by HTTP yet");
});

test("in production there is no page", () => {
  expect([servesPage({ production: false }), servesPage({ production: true })]).toEqual([true, false]);
});

test("its stack is routed at the cluster's own names, may write nothing, and has its content as configs named by their hash", () => {
  expect(stack.compose).toMatchObject({
    services: {
      page: {
        image: "node:22",
        user: "1000:1000",
        read_only: true,
        cap_drop: ["ALL"],
        labels: { "storm.route.host": "dev.storm.example.com,storm.example.com", "storm.route.port": "8080" },
        networks: ["zz-edge"],
      },
    },
    configs: Object.fromEntries(stack.configs.map(({ name }) => [name.split("_")[1], { external: true, name }])),
  });
  for (const { name, content } of stack.configs)
    expect(name.split("_")[2]).toBe(createHash("sha256").update(content).digest("hex").slice(0, 12));
});

test("its server gives the page, and nothing else", async () => {
  const [html, server] = stack.configs.map(({ content }) => content);
  const port = 20_000 + (process.pid % 20_000);
  writeFileSync(join(folder, "page.html"), html ?? "");
  const moved = (server ?? "").replace("/page.html", join(folder, "page.html")).replace("8080", `${port}, "127.0.0.1"`);
  writeFileSync(join(folder, "server.mjs"), `${moved}\nserver.on("listening", () => console.log("ready"));\n`);
  const child = spawn(process.execPath, [join(folder, "server.mjs")], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    await once(child.stdout, "data");
    const answer = await fetch(`http://127.0.0.1:${port}/?from=test`);
    expect([answer.status, await answer.text()]).toEqual([200, page]);
    const style = /<style>([\s\S]*)<\/style>/.exec(page)?.[1] ?? "";
    const hash = createHash("sha256").update(style).digest("base64");
    expect(answer.headers.get("content-security-policy")).toContain(`default-src 'none'; style-src 'sha256-${hash}'`);
    const statusOf = async (path: string, method: string) =>
      (await fetch(`http://127.0.0.1:${port}${path}`, { method })).status;
    expect(await Promise.all([statusOf("/server.mjs", "GET"), statusOf("//", "GET"), statusOf("/", "POST")])).toEqual([
      404, 404, 405,
    ]);
  } finally {
    child.kill("SIGTERM");
    expect((await once(child, "exit"))[0]).toBe(0);
  }
});
