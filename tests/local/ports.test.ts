import { createServer } from "node:net";
import { canListen, choosePorts } from "../../lab/local/ports";

describe("ports", () => {
  const want = (name: string, ...preferred: number[]) => ({ name, container: 1, preferred });
  const only =
    (...free: number[]) =>
    (port: number) =>
      Promise.resolve(free.includes(port));

  test("the earlier one, else the first free preferred one, else any", async () => {
    expect(await choosePorts([want("a", 443, 8443)], {}, new Set(), only(443, 8443))).toEqual({ a: 443 });
    expect(await choosePorts([want("a", 443, 8443)], {}, new Set(), only(8443))).toEqual({ a: 8443 });
    expect(await choosePorts([want("a", 443, 8443)], { a: 8443 }, new Set(), only(443, 8443))).toEqual({ a: 8443 });
    expect(await choosePorts([want("a", 443)], { a: 9000 }, new Set(), only(443))).toEqual({ a: 443 });
    expect((await choosePorts([want("a", 443)], {}, new Set(), only())).a).toBeGreaterThan(1023);
  });

  test("no port twice, and none that a stopped service holds", async () => {
    const wanted = [want("a", 443, 8443), want("b", 443, 8443)];
    expect(await choosePorts(wanted, {}, new Set(), only(443, 8443))).toEqual({ a: 443, b: 8443 });
    expect(await choosePorts([want("a", 443, 8443)], {}, new Set([443]), only(443, 8443))).toEqual({ a: 8443 });
  });

  test("a port that somebody listens on is not free", async () => {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, "0.0.0.0", done));
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    expect(await canListen(port)).toBe(false);
    await new Promise((done) => server.close(done));
    expect(await canListen(port)).toBe(true);
  });
});
