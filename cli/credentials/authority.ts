/** The authority of the Docker API's clients, out of a stack's state. */
import type { StateResource } from "../../tools/backend";
import { UserError } from "../../tools/errors";
import { plain } from "../cluster/logins";

export interface Authority {
  certPem: string;
  /** Secret; it is never written anywhere. */
  keyPem: string;
}

const SIGNED = "tls:index/locallySignedCert:LocallySignedCert";
/** What that authority has signed in a stack with layer base (stacks/base.ts) or cluster (stacks/server-certificates.ts): with what is among its inputs. */
const BY_IT = /::docker-(client|server)-cert$/;

/** @param resources of an export with secrets @throws UserError for a state that has no such authority */
export function authorityOf(stack: string, resources: readonly StateResource[]): Authority {
  const signed = resources.find(({ urn, type, delete: leaves }) => type === SIGNED && BY_IT.test(urn) && !leaves);
  const certPem = plain(signed?.inputs?.["caCertPem"]);
  const keyPem = plain(signed?.inputs?.["caPrivateKeyPem"]);
  if (typeof certPem === "string" && typeof keyPem === "string") return { certPem, keyPem };
  throw new UserError(`stack ${stack} has no authority of its Docker API`, [
    "Its deployment did not end; run `npm start` again. Of an environment in several stacks, --authority names the one with the layer base.",
  ]);
}
