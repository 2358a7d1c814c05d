import * as fc from "fast-check";
import { at, render } from "./support";

test("anchors and merge keys, one and several; the own key wins", () => {
  const result = render(`
x-one: &one {image: a, user: "1"}
x-two: &two {image: b, hostname: h}
services:
  web: {<<: [*one, *two], user: "2"}
`);
  expect(result.errors).toEqual([]);
  expect(at(result, "services", "web")).toMatchObject({ image: "a", user: "2", hostname: "h" });
});

test("aliases that unfold without end are refused in no time", () => {
  const levels = Array.from({ length: 30 }, (_, i) => `x${i + 1}: &x${i + 1} [*x${i}, *x${i}]`);
  const started = Date.now();
  expect(render(`x0: &x0 [a]\n${levels.join("\n")}\nservices: *x30`).errors.join()).toMatch(/too many aliases/);
  expect(Date.now() - started).toBeLessThan(2000);
});

test("no text makes the renderer throw or hang", () => {
  const base = `services:
  web:
    image: "nginx:\${V:-1}"
    ports: ["8080:80", {target: 1, published: 2}]
    environment: {A: 1}
    volumes: [data:/data:ro, {type: tmpfs, target: /t}]
    healthcheck: {test: [CMD, x], interval: 5s}
    deploy: {replicas: 2, placement: {constraints: [node.role == manager]}}
volumes: {data: {}}
secrets: {s: {content: x}}
`;
  const words = fc.constantFrom(
    ":",
    "-",
    "{",
    "}",
    "[",
    "]",
    "&a",
    "*a",
    "<<",
    "$",
    "${",
    "'",
    '"',
    "\n",
    "  ",
    "#",
    "!!int",
    "|",
    "null",
    "\u0000",
    "é",
    "__proto__",
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(base.length), fc.nat(6), words), { minLength: 1, maxLength: 4 }), (edits) => {
      const text = edits.reduce(
        (whole, [from, cut, word]) => whole.slice(0, from) + word + whole.slice(from + cut),
        base,
      );
      for (const line of render(text).errors) expect(line).toMatch(/^docker-compose\.yml:\d+:\d+[: ]/);
    }),
    { numRuns: 1500 },
  );
});
