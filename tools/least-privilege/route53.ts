/** IAM policy of the DNS provider Route53, apart from AWS's: the records of any cloud's sites may be there. */
import { policyFor } from "./aws/policy";
import { on } from "./aws/statement";

const ZONES = ["arn:aws:route53:::hostedzone/*"];
const CHECKS = ["arn:aws:route53:::healthcheck/*"];
const CHANGES = ["arn:aws:route53:::change/*"];

export const rights = policyFor({
  "aws:route53/zone:Zone": [
    on("route53", ["*"], ["CreateHostedZone"]),
    on("route53", ZONES, [
      "DeleteHostedZone",
      "GetHostedZone",
      "UpdateHostedZoneComment",
      "GetDNSSEC",
      "ListResourceRecordSets",
      "ChangeResourceRecordSets",
      "ChangeTagsForResource",
      "ListTagsForResource",
    ]),
    on("route53", CHANGES, ["GetChange"]),
  ],
  "aws:route53/record:Record": [
    on("route53", ZONES, ["GetHostedZone", "ListResourceRecordSets", "ChangeResourceRecordSets"]),
    on("route53", CHANGES, ["GetChange"]),
  ],
  "aws:route53/healthCheck:HealthCheck": [
    on("route53", ["*"], ["CreateHealthCheck"]),
    on("route53", CHECKS, [
      "GetHealthCheck",
      "UpdateHealthCheck",
      "DeleteHealthCheck",
      "ChangeTagsForResource",
      "ListTagsForResource",
    ]),
  ],
  "aws:route53/getZone:getZone": [
    on("route53", ["*"], ["ListHostedZones", "ListHostedZonesByName"]),
    on("route53", ZONES, ["GetHostedZone", "ListTagsForResource"]),
  ],
});
