/** With what lego may write records here: made once in each lab, in the form of stack config `storm:acme`. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { createExclusively } from "../../../tools/files";
import { FILES, SharedFile } from "./folder";

/** By storm.yml's `dns.provider`: lego's variables. None for azure: Debian's lego has no such provider. Secret. */
export interface Credentials {
  route53: { AWS_ACCESS_KEY_ID: string; AWS_SECRET_ACCESS_KEY: string };
  digitalocean: { DO_AUTH_TOKEN: string };
}

/** The credentials of the lab in this folder, made when there are none. */
export function ensureCredentials(folder: string): Credentials {
  const file = join(folder, FILES.credentials);
  createExclusively(file, JSON.stringify(made(), undefined, 1), 0o600);
  return new SharedFile<Credentials>(file, made()).read();
}

function made(): Credentials {
  return {
    route53: {
      AWS_ACCESS_KEY_ID: `AKIA${randomBytes(8).toString("hex").toUpperCase()}`,
      AWS_SECRET_ACCESS_KEY: randomBytes(30).toString("base64"),
    },
    digitalocean: { DO_AUTH_TOKEN: `dop_v1_${randomBytes(32).toString("hex")}` },
  };
}
