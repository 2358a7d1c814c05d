import { renderStack } from "../../compose/render";
import type { JsonObject, RenderInput, RenderResult } from "../../compose/types";
import { formatIssue } from "../../spec/errors";

/** With its messages as people read them. */
export interface Rendered extends Omit<RenderResult, "warnings" | "errors"> {
  warnings: string[];
  errors: string[];
}

/** What a test does not care about. */
export const DEFAULTS: Omit<RenderInput, "file"> = {
  stackName: "shop",
  readFile: () => undefined,
  env: {},
  hashBuild: () => "0123456789ab",
  domain: "shop.dev.storm.localhost",
  capabilities: { ipvs: true },
  registry: "registry.service.consul:5000",
  overlayMtu: 1370,
  volumeNode: "data-1",
  edgeNetwork: "edge",
  origin: { place: { file: "storm.yml", line: 3, column: 3 }, path: "compose/shop" },
};

export function render(text: string, more: Partial<RenderInput> = {}): Rendered {
  return inWords(renderStack({ ...DEFAULTS, file: { name: "docker-compose.yml", text }, ...more }));
}

export function inWords<T extends RenderResult>(result: T): Omit<T, "warnings" | "errors"> & Rendered {
  return { ...result, warnings: result.warnings.map(formatIssue), errors: result.errors.map(formatIssue) };
}

/** A value of the stack object: `at(result, "services", "web", "image")`. */
export function at(result: Pick<RenderResult, "stack">, ...path: string[]): unknown {
  return path.reduce<unknown>((value, key) => (value as JsonObject | undefined)?.[key], result.stack);
}

/** One service under the name `web`, its keys given in flow style: `image: nginx, ports: [80]`. */
export function web(keys: string, more: Partial<RenderInput> = {}, rest = ""): Rendered {
  return render(`services:\n  web: {${keys}}\n${rest}`, more);
}
