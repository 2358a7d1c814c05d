import * as path from "node:path";
import { root } from "./lab";

/** The default cluster with this many nodes. */
export function stormYml(
  nodes: number,
  compose = path.join(root, "catalog", "guestbook", "docker-compose.yml"),
  scale = 2,
): string {
  return `Hostname: storm.localhost\nLocal: [${nodes}, small]\ncompose:\n  demo: { file: "${compose}", scale: ${scale} }\n`;
}
