import { resolve } from "node:path";
import { VPN_HOST } from "../../plan/mesh";
import { table } from "../../plan/table";
import { didYouMean, nearestWord } from "../../spec/nearest";
import { UserError } from "../../tools/errors";
import { type Output } from "../../tools/report";
import { accessOf, CONSUL_PORT, consulAuthority, DOCKER_PORT, dockerHosts, openStack } from "../cluster/access";
import type { Api } from "../cluster/api";
import { authorityOf } from "../credentials/authority";
import { type BundleArgs, bundleFiles, claimFolder, contextFile, writeBundle } from "../credentials/bundle";
import { issueCredential } from "../credentials/certificate";
import { clockOf, entries, type Entry, ledgerOf, record, revoke, type State, stateOf } from "../credentials/ledger";
import { qrText } from "../credentials/qr-code";
import { checkPerson, parseTtl } from "../credentials/ttl";
import { enterPeer, managerPeers, type Tunnel } from "../credentials/wireguard";
import { shellQuote } from "../shell-quote";

export interface CredentialsOptions {
  stack: string;
  json?: boolean;
}

export interface IssueOptions extends CredentialsOptions {
  ttl: string;
  out?: string;
  /** Stack of the authority, where that is another one. */
  authority?: string;
  /** With a WireGuard peer. */
  vpn?: boolean;
}

/** `storm credentials issue PERSON`: signs a certificate, enters it in the cluster's list, and writes the bundle, in this order. */
export async function issue(name: string, options: IssueOptions, output: Output): Promise<void> {
  const { stack } = options;
  const [person, ttl] = [checkPerson(name), parseTtl(options.ttl)];
  const folder = resolve(options.out ?? `storm-${stack}-${person}`);
  const opened = await openStack(stack, output);
  const outputs = await opened.outputs();
  const direct = dockerHosts(accessOf(stack, outputs), outputs);
  const keeper = options.authority ?? stack;
  const signing = keeper === stack ? opened : await openStack(keeper, output);
  const authority = authorityOf(keeper, await signing.resources({ secrets: true }));
  const credential = issueCredential(person, ttl, authority);
  const ledger = ledgerOf(stack, outputs);
  const managers = options.vpn ? await managerPeers(stack, ledger, outputs) : undefined;
  claimFolder(folder);
  const tunnel = managers && (await enterPeer(ledger, credential, managers));
  if (!tunnel) await record(ledger, credential);
  const hosts: BundleArgs["dockerHosts"] = tunnel ? [`tcp://${VPN_HOST}:${DOCKER_PORT}`, ...direct] : direct;
  const vpn = tunnel && { conf: tunnel.conf, consulCaPem: consulAuthority(stack, outputs) };
  writeBundle(folder, bundleFiles({ stack, dockerHosts: hosts, caPem: authority.certPem, credential, vpn }));
  const { serial, expires } = credential;
  const facts = { person, serial, expires: expires.toISOString(), folder, dockerHost: hosts[0] };
  const more = tunnel ? { vpnAddress: tunnel.address } : {};
  process.stdout.write(options.json ? json({ ...facts, ...more }) : said(stack, facts, tunnel));
}

function said(
  stack: string,
  { person, serial, expires, folder }: Record<"person" | "serial" | "expires" | "folder", string>,
  tunnel: Tunnel | undefined,
): string {
  const file = (name: string) => shellQuote(`${folder}/${name}`);
  const steps = [
    ...(tunnel ? [`wg-quick up ${file("wireguard.conf")}`] : []),
    `. ${file("env.sh")} && docker node ls`,
    `docker context import storm-${stack} ${file(contextFile(stack))}`,
  ];
  return `${person} has stack ${stack}'s Docker API until ${minutes(expires)}, by serial number ${serial}.
The bundle is ${folder}; whoever has it is root on the nodes, so hand it over by a safe way, and remove it here.

${steps.map((step) => `    ${step}\n`).join("")}
${tunnel ? ofTunnel(tunnel) : ""}Taken back within a minute: npx storm credentials revoke ${person} -s ${stack}
`;
}

/** The code has the private key: on a terminal it is gone with the window, in a pipeline's log it would stay. */
function ofTunnel({ address, conf }: Tunnel): string {
  const code = process.stdout.isTTY ? qrText(conf, process.stdout.columns) : undefined;
  return `By the tunnel, as ${address}: names of services, and https://${VPN_HOST}:${CONSUL_PORT}/ui/ (authority: consul-ca.pem).
${code ?? "For a phone: the QR code wireguard.svg in that folder.\n"}
`;
}

/** `storm credentials list`: those that open something; with `all` the others of the last month, too. */
export async function list(options: CredentialsOptions & { all?: boolean }, output: Output): Promise<void> {
  const ledger = await openLedger(options.stack, output);
  const now = await clockOf(ledger);
  const all = (await entries(ledger)).map((entry) => {
    return { ...entry, state: stateOf(entry, now) };
  });
  const shown = all.filter(({ state }) => options.all || state === "good");
  if (options.json) return void process.stdout.write(json(shown));
  if (shown.length === 0)
    return void process.stdout.write(`Nobody has a credential of stack ${options.stack} that is good.\n`);
  const rows = shown.map(({ person, serial, issued, expires, state, address }) => [
    person,
    state,
    minutes(issued),
    minutes(expires),
    address ?? "-",
    serial,
  ]);
  const lines = table([["PERSON", "STATE", "ISSUED", "ENDS", "VPN ADDRESS", "SERIAL NUMBER"], ...rows]);
  process.stdout.write(lines.map((line) => `${line}\n`).join(""));
}

/** `storm credentials revoke PERSON`: all that this person has, or the one with a serial number. */
export async function revokeAll(wanted: string, options: CredentialsOptions, output: Output): Promise<void> {
  const revoked = await revokeMatching(await openLedger(options.stack, output), wanted);
  if (options.json) return void process.stdout.write(json({ revoked: revoked.map(({ serial }) => serial) }));
  const done = revoked.map(({ person, serial, state }) => {
    return `Revoked: ${person}, ${serial}${state === "ended" ? ", which had ended" : ""}\n`;
  });
  process.stdout.write(
    revoked.length === 0
      ? `All that is meant by ${wanted} was revoked before.\n`
      : `${done.join("")}Every manager refuses it within 60 seconds, and ends what is open by then.\n`,
  );
}

/** Revokes what was not revoked before; also what seems to have ended, for that is a matter of clocks. Gives those, with what they were. */
export async function revokeMatching(ledger: Api, wanted: string): Promise<(Entry & { state: State })[]> {
  const meant = matching(wanted, await entries(ledger)).filter(({ revoked }) => revoked === undefined);
  const now = await clockOf(ledger);
  for (const entry of meant) await revoke(ledger, entry, now);
  return meant.map((entry) => ({ ...entry, state: stateOf(entry, now) }));
}

/** @throws UserError for somebody who is not in the list, with the one that was meant */
function matching(wanted: string, all: readonly Entry[]): Entry[] {
  const found = all.filter(({ person, serial }) => person === wanted || serial === wanted.toUpperCase());
  if (found.length > 0) return found;
  const people = [...new Set(all.map(({ person }) => person))].sort();
  throw new UserError(`nobody called ${wanted} was given a credential${didYouMean(nearestWord(wanted, people))}`, [
    people.length > 0 ? `People: ${people.join(", ")}` : "The list is empty.",
  ]);
}

async function openLedger(stack: string, output: Output): Promise<Api> {
  return ledgerOf(stack, await (await openStack(stack, output)).outputs());
}

/** "2026-11-26 20:50 UTC" */
function minutes(time: string): string {
  return `${time.slice(0, 16).replace("T", " ")} UTC`;
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
