/** How a program is run where everybody else on the lab's internet is. */
import { join } from "node:path";
import { writeAtomically } from "../../tools/files";
import { labInternet } from "./client";
import { Names, namespacePath } from "./realize/names";
import { INTERNET } from "./world";

/** A program with its arguments, and what it needs in its environment besides. */
export interface Visit {
  program: string;
  args: string[];
  env: Record<string, string>;
}

/**
 * Names by the lab's DNS; the lab's authorities are believed by curl, and are in the file that SSL_CERT_FILE names.
 * @throws Error when no daemon answers.
 */
export async function visitCommand(folder: string, lab: string, command: readonly string[]): Promise<Visit> {
  const { caPem, rootsPem } = await labInternet(folder);
  const [believed, resolver] = [join(folder, "believed.pem"), join(folder, "resolv.conf")];
  writeAtomically(believed, caPem + rootsPem, 0o644);
  writeAtomically(resolver, `nameserver ${INTERNET.dns}\n`, 0o644);
  const inside = 'mount --bind "$0" "$(readlink -f /etc/resolv.conf)" && exec "$@"';
  const place = [`--net=${namespacePath(new Names(lab).visitors)}`, "unshare", "--mount", "sh", "-c", inside];
  return {
    program: "nsenter",
    args: [...place, resolver, ...command],
    env: { CURL_CA_BUNDLE: believed, SSL_CERT_FILE: believed },
  };
}
