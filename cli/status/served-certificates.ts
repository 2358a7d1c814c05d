import { connect } from "node:tls";
import type { CertificateFacts } from "./facts";

const TIMEOUT_MS = 3_000;

/**
 * The certificates that users are shown, one for each stack, for a wildcard is for all of a stack's services. Whoever signed them: it
 * is their end that counts here.
 * @param urls "<stack>/<service>" -> URL
 */
export function servedCertificates(urls: Readonly<Record<string, string>>): Promise<CertificateFacts[]> {
  const stacks = new Map(Object.entries(urls).map(([service, url]) => [service.split("/")[0] ?? "", url]));
  return Promise.all(
    [...stacks.values()].map(async (url) => {
      const { hostname } = new URL(url);
      return { name: `at ${hostname}`, ends: await servedUntil(url).catch(() => undefined) };
    }),
  );
}

/** When the certificate ends that an HTTPS address shows. */
export function servedUntil(url: string): Promise<Date> {
  const { hostname, port } = new URL(url);
  // getaddrinfo may not know such names; what they mean is fixed (RFC 6761).
  const host = hostname.endsWith(".localhost") ? "127.0.0.1" : hostname;
  return new Promise((resolve, reject) => {
    // Not to be believed, but to be looked at.
    const options = { host, port: Number(port || 443), servername: hostname, rejectUnauthorized: false };
    const socket = connect(options, () => {
      const { valid_to: ends } = socket.getPeerCertificate();
      socket.destroy();
      const date = new Date(ends);
      if (Number.isNaN(date.getTime())) reject(new Error("it shows no certificate"));
      else resolve(date);
    });
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error("no answer")));
    socket.on("error", reject);
  });
}
