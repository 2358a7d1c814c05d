import { execFileSync } from "node:child_process";
import { tar } from "../../lab/local/tar";

test("an archive holds its files with their modes, long paths included", () => {
  const long = `/${"folder/".repeat(20)}file`;
  const files = [
    { path: "/etc/secret", content: "naïve", mode: 0o600 },
    { path: long, content: "", mode: 0o644 },
  ];
  const list = execFileSync("tar", ["-tvf", "-"], { input: tar(files), encoding: "utf8" });
  expect(list).toMatch(/^-rw------- root\/root +6 .* etc\/secret$/m);
  expect(list).toContain(long.slice(1));
  expect(execFileSync("tar", ["-xOf", "-", "etc/secret"], { input: tar(files), encoding: "utf8" })).toBe("naïve");
  expect(() => tar([{ path: `/${"x".repeat(200)}`, content: "", mode: 0o644 }])).toThrow("too long");
});
