import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { buildGuestbook } from "../../catalog/guestbook/build";
import { Ferretdb, freePort, until } from "./ferretdb";

// The bundle as the image has it, as a program of its own, with a real FerretDB.
jest.setTimeout(60_000);

let folder: string;
let store: Ferretdb;
let bundle: string;
let server: ChildProcess;
let base: string;

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "storm-guestbook-"));
  store = await Ferretdb.create();
  await store.start();
  bundle = await buildGuestbook(folder);
  [server, base] = await startServer(store);
});
afterAll(async () => {
  server?.kill("SIGKILL");
  await store?.remove();
  fs.rmSync(folder, { recursive: true, force: true });
});

async function startServer({ url: storeUrl }: Ferretdb): Promise<[ChildProcess, string]> {
  const port = await freePort();
  const env = { PATH: process.env["PATH"], PORT: String(port), STORE_URL: storeUrl, DRAIN_MS: "500" };
  const started = spawn(process.execPath, [bundle], { stdio: "ignore", env });
  const url = `http://127.0.0.1:${port}`;
  await until(
    () =>
      fetch(`${url}/healthz`).then(
        (answer) => answer.ok,
        () => false,
      ),
    10_000,
  );
  return [started, url];
}

function post(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return fetch(`${base}/api/entries`, {
    method: "POST",
    body: text,
    headers: { "content-type": "application/json", ...headers },
  });
}

async function texts(): Promise<string[]> {
  const answer = await fetch(`${base}/api/entries`);
  const { entries } = (await answer.json()) as { entries: { text: string }[] };
  return entries.map((entry) => entry.text);
}

async function timed(
  request: () => Promise<Response>,
): Promise<{ status: number; text: string; milliseconds: number }> {
  const started = Date.now();
  const answer = await request();
  return { status: answer.status, text: await answer.text(), milliseconds: Date.now() - started };
}

test("what is written is there, newest first, with who served it", async () => {
  const first = await post({ name: "Ada", text: "first" });
  expect(first.status).toBe(201);
  expect(await first.json()).toEqual({
    entry: { id: expect.stringMatching(/^[0-9a-f]{24}$/), name: "Ada", text: "first", at: expect.stringMatching(/Z$/) },
    servedBy: os.hostname(),
  });
  await post({ name: "Bob", text: "<b>second</b>" });
  expect(await texts()).toEqual(["<b>second</b>", "first"]);
  const page = await fetch(base);
  expect(page.status).toBe(200);
  expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(await page.text()).toContain("&lt;b&gt;second&lt;/b&gt;");
});

test("the form works without script", async () => {
  const form = (body: string): Promise<Response> =>
    fetch(base, {
      method: "POST",
      redirect: "manual",
      body,
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
  const answer = await form("name=Eve&text=by+form");
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "/"]);
  expect((await texts())[0]).toBe("by form");
  const refused = await form("name=&text=x");
  expect([refused.status, (await refused.text()).includes("please say who you are")]).toEqual([400, true]);
});

test.each([
  ["no JSON", () => post("{"), 400],
  ["an empty text", () => post({ name: "a", text: "" }), 400],
  ["a long body", () => post({ name: "a", text: "x".repeat(20_000) }), 413],
  ["another type", () => post("x", { "content-type": "text/plain" }), 415],
  ["another site's form", () => post({ name: "a", text: "b" }, { "sec-fetch-site": "cross-site" }), 403],
  ["another origin", () => post({ name: "a", text: "b" }, { origin: "https://evil.example" }), 403],
  ["a path that is not", () => fetch(`${base}/admin`), 404],
  ["a name from the prototype", () => fetch(`${base}/constructor`), 404],
  ["another method", () => fetch(`${base}/api/entries`, { method: "DELETE" }), 405],
])("%s is refused, and the program goes on", async (_, request, status) => {
  const answer = await request();
  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({ error: expect.any(String) });
  expect((await fetch(`${base}/healthz`)).status).toBe(200);
});

test.each(["frozen", "dead"])(
  "with a %s store the page answers within 3 s, and has everything again soon after",
  async (how) => {
    await post({ name: "Ada", text: `before ${how}` });
    if (how === "dead") await store.kill();
    else await store.freeze();
    for (let i = 0; i < 3; i++) {
      const page = await timed(() => fetch(base));
      expect(page).toMatchObject({
        status: 200,
        text: expect.stringContaining('<p id="away" role="status">Entries are away for now.'),
      });
      expect(page.milliseconds).toBeLessThan(3000);
    }
    const requests = [() => fetch(`${base}/api/entries`), () => post({ name: "a", text: "lost" })];
    for (const answer of await Promise.all(requests.map(timed))) {
      expect(answer).toMatchObject({ status: 503, text: expect.stringContaining("Entries are away for now.") });
      expect(answer.milliseconds).toBeLessThan(3000);
    }
    if (how === "dead") await store.start();
    else store.signal("SIGCONT");
    await until(() => fetch(`${base}/api/entries`).then((answer) => answer.ok), 3000);
    expect(await texts()).toContain(`before ${how}`);
  },
);

test("a store that comes after the first reader is found", async () => {
  const late = await Ferretdb.create();
  const [early, address] = await startServer(late);
  try {
    expect((await timed(() => fetch(`${address}/api/entries`))).status).toBe(503);
    await late.start();
    await until(() => fetch(`${address}/api/entries`).then((answer) => answer.ok), 3000);
  } finally {
    early.kill("SIGKILL");
    await late.remove();
  }
});

test("asked to end, it says so, finishes what comes meanwhile, and ends with 0", async () => {
  const ended = new Promise<number | null>((resolve) => server.once("exit", resolve));
  server.kill("SIGTERM");
  await until(() => fetch(`${base}/healthz`).then((answer) => answer.status === 503), 400);
  const page = await fetch(base);
  expect([page.status, page.headers.get("connection")]).toEqual([200, "close"]);
  expect(await ended).toBe(0);
});
