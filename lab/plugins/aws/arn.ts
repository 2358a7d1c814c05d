import type { Made } from "../shared/cloud";
import { text } from "./checks";

/** An account of the documentation's. */
const ACCOUNT = "123456789012";

/** The ARN of a thing with this path, e.g. "vpc/vpc-1"; global services have no region in it. */
export function arn(service: string, path: (made: Made) => string, scope: "region" | "global" = "region") {
  return (made: Made): string => {
    const region = scope === "global" ? "" : (text(made.config["region"]) ?? "");
    return `arn:aws:${service}:${region}:${ACCOUNT}:${path(made)}`;
  };
}
