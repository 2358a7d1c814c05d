/**
 * IAM policy from the resource types in use: what the provider calls to make, change, read and remove each (action names as in
 * docs.aws.amazon.com/service-authorization). No action by a wildcard; only what reads is allowed on everything.
 */
import { balancers } from "./aws/balancers";
import { machines } from "./aws/machines";
import { network } from "./aws/network";
import { policyFor } from "./aws/policy";

export const rights = policyFor({ ...network, ...machines, ...balancers });
