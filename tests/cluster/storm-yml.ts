import * as fs from "node:fs";
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

/** The guestbook in a folder of its own, to be changed there; its server is built already. */
export function copyOfGuestbook(folder: string, name: string): string {
  const copy = path.join(folder, name);
  fs.cpSync(path.join(root, "catalog", "guestbook"), copy, { recursive: true });
  return copy;
}
