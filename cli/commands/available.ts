import { freemem } from "node:os";
import { dollars, limitSentence } from "../../plan/compare";
import { limitPlan } from "../../plan/cost";
import { table } from "../../plan/table";
import type { LimitLine } from "../../plan/types";
import { available as roomIn, type Room } from "../../spec/available";
import { catalog } from "../../spec/sizes/catalog";
import { type Output, streamOutput } from "../../tools/report";
import { optionalFile } from "../config";
import { loadSpecFor } from "../preflight";

export interface AvailableOptions {
  stack: string;
  file?: string;
  json?: boolean;
}

/** `storm available`: how many more nodes of each size fit into the limits of storm.yml. Asks no cloud. */
export function available(options: AvailableOptions, output: Output): void {
  const file = optionalFile(options.file);
  const spec = loadSpecFor(options.stack, file, output);
  const facts = { limits: limitPlan(spec), room: roomIn(spec), freeGiB: freemem() / 1024 ** 3 };
  const stdout = streamOutput(process.stdout);
  stdout.write(options.json ? JSON.stringify(facts, null, 2) + "\n" : availableText(facts));
}

export interface AvailableFacts {
  limits: readonly LimitLine[];
  room: readonly Room[];
  /** Memory of this machine that nothing uses. */
  freeGiB: number;
}

/** As a table, with what the limits are and what they do not say. */
export function availableText({ limits, room, freeGiB }: AvailableFacts): string {
  const rows = room.map(({ provider, region, size, machineType, monthlyUsd, more, by }) => [
    more === undefined ? "no limit" : String(more),
    `${catalog[provider].title}${region === "" ? "" : ` ${region}`}`,
    size === machineType ? size : `${size} (${machineType})`,
    monthlyUsd === 0 ? "free" : dollars(monthlyUsd),
    by,
  ]);
  const lines = [
    "More nodes of each size that the limits of storm.yml leave room for, if no other is added:",
    ...table([["MORE", "WHERE", "SIZE", "MONTH", "LIMITED BY"], ...rows]),
    "",
    ...(limits.length === 0
      ? ["storm.yml has no limits that count nodes or money (key limits)."]
      : limits.map(limitSentence)),
    ...quotas(room, freeGiB),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/** Where each cloud shows what an account may have: only its own credentials may ask. */
const QUOTA: Record<string, string> = {
  aws: "aws service-quotas list-service-quotas --service-code ec2",
  azure: "az vm list-usage --location REGION",
  digitalocean: "doctl account get",
};

function quotas(room: readonly Room[], freeGiB: number): string[] {
  return [...new Set(room.map(({ provider }) => provider))].map((provider) => {
    if (provider === "local")
      return `Local: this machine has ${freeGiB.toFixed(1)} GiB of memory free; a node's size is the most that it takes.`;
    return `${catalog[provider].title}'s own quota is not known here (it takes the account's credentials): ${QUOTA[provider] ?? "see its console"}`;
  });
}
