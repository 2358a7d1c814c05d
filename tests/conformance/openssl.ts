/** Another implementation's view of keys and certificates. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Runs `openssl` with a PEM on its input. */
export function openssl(args: readonly string[], pem = ""): string {
  return execFileSync("openssl", [...args], { input: pem, stdio: ["pipe", "pipe", "pipe"] }).toString();
}

/** A certificate as text: subject and issuer in RFC 2253's order of writing, extensions one by one. */
export function certificateText(pem: string): string {
  return openssl(["x509", "-noout", "-text", "-nameopt", "oneline,-space_eq", "-certopt", "no_pubkey,no_sigdump"], pem);
}

/** The lines below an extension's heading, trimmed; undefined when it is not there. */
export function extension(text: string, heading: string): string | undefined {
  const lines = text.split("\n").map((line) => line.trim());
  const at = lines.findIndex((line) => line.replace(/\s*:\s*$/, "") === heading);
  return at === -1 ? undefined : lines[at + 1];
}

/** Whether the certificate verifies under this CA by the strict rules, at present. */
export function verifies(caPem: string, certPem: string): boolean {
  return inFolder((dir) => {
    writeFileSync(join(dir, "ca.pem"), caPem);
    writeFileSync(join(dir, "cert.pem"), certPem);
    try {
      openssl(["verify", "-x509_strict", "-CAfile", join(dir, "ca.pem"), join(dir, "cert.pem")]);
      return true;
    } catch {
      return false;
    }
  });
}

/** What `ssh-keygen` says about a private key file. */
export function sshKeygen(args: readonly string[], privateKey: string): string {
  return inFolder((dir) => {
    const file = join(dir, "key");
    writeFileSync(file, privateKey, { mode: 0o600 });
    return execFileSync("ssh-keygen", [...args, "-f", file]).toString();
  });
}

function inFolder<T>(use: (dir: string) => T): T {
  const dir = mkdtempSync(join(tmpdir(), "storm-openssl-"));
  try {
    return use(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
