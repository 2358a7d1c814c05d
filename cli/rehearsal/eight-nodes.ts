/** The storm.yml of eight nodes: three of AWS, two each of Azure and DigitalOcean, and a machine of one's own. */
import { eventually, notYet } from "../../tools/eventually";
import type { Rehearsal } from "./rehearsal";
import { withGuestbook } from "./three-clouds";

/** The machine that no cloud has. */
export const HOUSE = "house-1";
export const EIGHT_NODES = [
  "aws-1",
  "aws-2",
  "aws-3",
  "azure-1",
  "azure-2",
  "digitalocean-1",
  "digitalocean-2",
  HOUSE,
] as const;

/** For a bare machine to boot, in seconds. */
const BOOT_SECONDS = 120;

/**
 * Puts the machine of one's own into the lab and waits for its boot.
 * @returns its entry for storm.yml, as `npm run lab -- machine` prints it for people
 */
export async function bareMachine(rehearsal: Rehearsal): Promise<string> {
  const said = await rehearsal.labCommand("machine", HOUSE);
  const entry = new RegExp(`^ *- \\{name: ${HOUSE}, .*\\}$`, "m").exec(said)?.[0] ?? notYet(said);
  await eventually(BOOT_SECONDS, `the boot of ${HOUSE}`, async () => {
    const { stdout } = await rehearsal.on(HOUSE, "systemctl is-system-running");
    return /^(running|degraded)/.test(stdout) ? true : notYet(stdout);
  });
  return entry;
}

/**
 * @param house entry of the machine of one's own
 * @param awsSize of AWS's three nodes
 */
export function eightNodes(house: string, awsSize = "small"): string {
  return [
    "Hostname: storm.example.com",
    `AWS: [3, ${awsSize}]`,
    "Azure: [2, small]",
    "DigitalOcean: [2, small]",
    "Hosts:",
    house,
    withGuestbook(2),
  ].join("\n");
}
