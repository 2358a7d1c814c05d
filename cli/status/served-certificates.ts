import { isIP, type LookupFunction } from "node:net";
import { connect } from "node:tls";
import { messageOf } from "../../tools/errors";
import type { CertificateFacts } from "./facts";

const TIMEOUT_MS = 3_000;

/**
 * The certificates that users are shown, one for each stack, for a wildcard is for all of a stack's services. Whoever signed them: it
 * is their end that counts here.
 * @param urls "<stack>/<service>" -> URL
 * @param lookup where names lead; by default as this machine has it
 */
export function servedCertificates(
  urls: Readonly<Record<string, string>>,
  lookup?: LookupFunction,
): Promise<CertificateFacts[]> {
  const stacks = new Map(Object.entries(urls).map(([service, url]) => [service.split("/")[0] ?? "", url]));
  return Promise.all(
    [...stacks.values()].map(async (url) => {
      const name = `at ${new URL(url).hostname}`;
      try {
        return { name, ends: await servedUntil(url, lookup) };
      } catch (error) {
        return { name, ends: undefined, ...(error instanceof NameUnknown ? {} : { silent: messageOf(error) }) };
      }
    }),
  );
}

/** This machine does not find where the name leads, which says nothing of whoever is there. */
class NameUnknown extends Error {}

/** When the certificate ends that an HTTPS address shows. @throws NameUnknown */
function servedUntil(url: string, lookup: LookupFunction | undefined): Promise<Date> {
  const { hostname, port } = new URL(url);
  // getaddrinfo may not know such names; what they mean is fixed (RFC 6761).
  const host = hostname.endsWith(".localhost") ? "127.0.0.1" : hostname;
  return new Promise((resolve, reject) => {
    // Not to be believed, but to be looked at.
    const options = { host, port: Number(port || 443), servername: hostname, rejectUnauthorized: false, lookup };
    const socket = connect(options, () => {
      const { valid_to: ends } = socket.getPeerCertificate();
      socket.destroy();
      const date = new Date(ends);
      if (Number.isNaN(date.getTime())) reject(new Error("it shows no certificate"));
      else resolve(date);
    });
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error("no answer")));
    let leads = isIP(host) !== 0;
    socket.on("lookup", (error: Error | null) => (leads = error === null));
    // Of several addresses each has its own reason.
    socket.on("error", ({ message, errors = [] }: Error & { errors?: Error[] }) => {
      const words = message || errors.map((each) => each.message).join(", ");
      reject(leads ? new Error(words) : new NameUnknown(words));
    });
  });
}
