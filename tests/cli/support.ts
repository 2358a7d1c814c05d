import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { createServer } from "node:https";
import { join } from "node:path";
import { listening } from "./answering-server";

/** A certificate with its key, signed by itself, in a folder. */
export function makeCertificate(folder: string, name: string, days = 1): { cert: string; key: string } {
  const files = ["-keyout", join(folder, `${name}.key`), "-out", join(folder, `${name}.crt`)];
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", String(days)];
  const who = ["-subj", `/CN=${name}`, "-addext", "subjectAltName=IP:127.0.0.1"];
  execFileSync("openssl", ["req", ...kind, ...who, ...files], { stdio: "ignore" });
  return {
    cert: readFileSync(join(folder, `${name}.crt`), "utf8"),
    key: readFileSync(join(folder, `${name}.key`), "utf8"),
  };
}

/** An HTTPS server of this machine; `clients` is whose certificates it takes, default: nobody is asked for one. */
export function serveHttps(
  server: { cert: string; key: string },
  answer: RequestListener,
  clients?: string,
): Promise<{ origin: string; close: () => void }> {
  const asks = clients === undefined ? {} : { ca: clients, requestCert: true, rejectUnauthorized: true };
  return listening(createServer({ ...server, ...asks }, answer), "https");
}
