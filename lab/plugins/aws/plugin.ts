/** Offline stand-in of the `aws` plugin: the types and look-ups that this program's components use, and no more. */
import type { Plugin } from "../shared/resource";
import { balancerTypes } from "./balancer";
import { getAmi } from "./images";
import { identityTypes } from "./identity";
import { machineTypes } from "./machines";
import { networkTypes } from "./network";
import { REGIONS } from "./regions";
import { getZone, route53Types } from "./route53";
import { scalingTypes } from "./scaling";
import { securityTypes } from "./security";

export const awsPlugin: Plugin = {
  name: "aws",
  version: "7.47.0",
  config: {
    region: { type: "string", required: true, oneOf: REGIONS },
    defaultTags: { type: "object", fields: { tags: { type: "stringMap" } } },
    // The SDK sets these three by itself.
    skipCredentialsValidation: { type: "boolean" },
    skipRegionValidation: { type: "boolean" },
    skipMetadataApiCheck: { type: "boolean" },
    // Of previews without an account (tests/previews/official.ts).
    skipRequestingAccountId: { type: "boolean" },
  },
  resources: {
    ...networkTypes,
    ...securityTypes,
    ...machineTypes,
    ...scalingTypes,
    ...balancerTypes,
    ...identityTypes,
    ...route53Types,
  },
  functions: { "aws:ec2/getAmi:getAmi": getAmi, "aws:route53/getZone:getZone": getZone },
};
