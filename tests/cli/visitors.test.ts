import { Visitors } from "../../cli/rehearsal/visitors";

/** People of whom each says one of these lines, and who go when nobody listens any more. */
const sayings = (lines: object[], end = "") => ({
  program: "sh",
  args: ["-c", `printf '%s\\n' "$@"; cat >/dev/null; ${end}`, "sh", ...lines.map((line) => JSON.stringify(line))],
  env: {},
});

const request = (at: number, status: number, milliseconds: number, ttl = 10) => ({
  at,
  status,
  milliseconds,
  address: "198.18.64.1",
  ttl,
});

test("requests are counted from an event on: how many failed, and until when", async () => {
  const visitors = Visitors.begin(
    sayings([
      request(1_000, 0, 10), // before it
      request(2_000, 200, 20),
      request(3_500, 0, 5_000, 60),
      request(4_000, 503, 30),
      request(5_000, 200, 1_500),
    ]),
  );
  await visitors.end();
  expect(visitors.since(2_000)).toMatchObject({ requests: 4, failed: 2, failingFor: 2, slowest: 1.5, failedTtl: 60 });
  expect(visitors.since(4_500)).toMatchObject({ requests: 1, failed: 0, failingFor: 0, failedTtl: 0 });
});

test("visitors that fail say why", async () => {
  const visitors = Visitors.begin(sayings([request(1_000, 200, 10)], "echo no network >&2; exit 4"));
  await expect(visitors.end()).rejects.toThrow("the visitors ended with 4: no network");
});
