import { isMap, isScalar, isSeq, parseDocument, type Scalar, type YAMLMap, type YAMLSeq } from "yaml";
import { load, type LoadOptions } from "../load";
import { placeOf, valueAt } from "../located";
import type { MachineProvider } from "../sizes/catalog";
import { catalog } from "../sizes/catalog";
import type { RoleSpec, Spec } from "../spec";
import { checkEdit } from "./check-edit";
import { EditError } from "./edit-error";
import { insertKey, topPair } from "./insert-key";
import { blockMapping, endOf, endOfItem, flowMapping, insertLinesAfter, splice, withoutMark } from "./text";

export interface NewPool {
  provider: MachineProvider;
  name: string;
  /** "2", or "2..10". */
  count: string;
  size: string;
  /** Default: the provider's in storm.yml. */
  region?: string;
  role?: Exclude<RoleSpec, "auto">;
}

/**
 * The text of storm.yml with one more pool. A short form becomes a long one, in which its pool keeps its name and so its nodes.
 * @throws SpecError when the file is wrong, before or after; EditError when it is not for this command
 */
export function addPool(text: string, options: LoadOptions, pool: NewPool): string {
  const { spec: before } = load(text, options);
  if (before.pools.some(({ name }) => name === pool.name))
    throw new EditError(`there is a pool ${pool.name} already`, [
      `To give it another number of nodes: storm scale ${pool.name} ${pool.count}`,
    ]);
  const edited = withPool(withDefault(text, before), options.fileName, before, pool);
  const { spec } = load(edited, options);
  const added = spec.pools.find(({ name }) => name === pool.name);
  checkEdit(options.fileName, before, spec, added === undefined ? before.pools : [...before.pools, added]);
  if (added === undefined)
    throw new EditError(`${options.fileName} with pool ${pool.name} in it comes to the same nodes as without`, [
      "`overrides` or stack config storm:spec say something else; change it there.",
    ]);
  return edited;
}

/** Where no nodes are asked for there are some all the same; with the first pool that is written they would be gone. */
function withDefault(text: string, { pools, source }: Spec): string {
  const [only] = pools;
  if (only === undefined || pools.length > 1 || valueAt(source.value, only.path) !== undefined) return text;
  return insertKey(text, `${catalog[only.provider].key}: [${only.min}, ${only.size}]`);
}

function withPool(text: string, fileName: string, { source }: Spec, pool: NewPool): string {
  const { key } = catalog[pool.provider];
  const place = placeOf(source, [key]);
  if (valueAt(source.value, [key]) !== undefined && place.file !== fileName)
    throw new EditError(`the nodes of ${key} are not in ${fileName}: ${place.file} says them`, [
      "Add the pool there, for example with `npm run pulumi -- config edit`.",
    ]);
  const { mark, body } = withoutMark(text);
  const { contents } = parseDocument(body);
  const value = isMap(contents) ? topPair(contents, key)?.value : undefined;
  if (value === undefined) return insertKey(text, ...newEntry(key, pool));
  if (isSeq(value)) return mark + longForm(body, value, key, pool);
  const pools = isMap(value) ? value.get("pools", true) : undefined;
  if (isMap(value) && isSeq(pools)) return mark + withItem(body, pools, entryOf(pool, regionOf(value)));
  throw byHand(key, pool);
}

function newEntry(key: string, pool: NewPool): string[] {
  const { region, ...own } = pool;
  const isShort = region === undefined && own.role === undefined && own.name === own.provider;
  if (isShort && !own.count.includes("..")) return [`${key}: [${own.count}, ${own.size}]`];
  return [
    `${key}:`,
    ...(region === undefined ? [] : [`  region: ${region}`]),
    "  pools:",
    `    - ${flowMapping(entryOf(own, region))}`,
  ];
}

/** `[3, small]`, in brackets or in two lines, as a mapping with pools. What follows it on its line stays there. */
function longForm(body: string, short: YAMLSeq, key: string, pool: NewPool): string {
  const [from, to] = [short.range?.[0] ?? 0, endOf(short)];
  const [count = "", size = ""] = short.items.map((item) => (isScalar(item) ? sourceOf(body, item) : ""));
  // Up to the key's colon; in lines the list begins below it.
  const keyEnd = body.slice(0, from).trimEnd().length;
  const before = body.slice(body.lastIndexOf("\n", keyEnd - 1) + 1, keyEnd);
  // A list over several lines may have comments in it, and an entry inside braces has no lines of its own.
  if (count === "" || size === "" || body.slice(keyEnd, to).includes("#") || !isKey(before)) throw byHand(key, pool);
  const indent = /^\s*/.exec(before)?.[0] ?? "";
  const lines = [
    `${indent}  pools:`,
    `${indent}    - { name: ${pool.provider}, count: ${count}, size: ${size} }`,
    `${indent}    - ${flowMapping(entryOf(pool, undefined))}`,
  ];
  return insertLinesAfter(splice(body, keyEnd, to, ""), keyEnd, lines);
}

function sourceOf(body: string, { range }: Scalar): string {
  return body.slice(range?.[0] ?? 0, range?.[1] ?? 0);
}

/** Whether this is all that there is on a line before a value: `Local:`, perhaps with an anchor. */
function isKey(before: string): boolean {
  return /^\s*["']?\w+["']?:(\s+&\S+)?$/.test(before);
}

function withItem(body: string, pools: YAMLSeq, item: Record<string, unknown>): string {
  const last = pools.items.at(-1);
  if (!isMap(last) || last.range == null) throw new EditError("the list of pools has no last item to write below");
  const [from] = last.range;
  if (pools.flow === true) return splice(body, endOf(last), endOf(last), `, ${flowMapping(item)}`);
  const [dash] = /^[ \t]*-[ \t]+/.exec(body.slice(body.lastIndexOf("\n", from - 1) + 1)) ?? ["- "];
  const lines = last.flow === true ? [flowMapping(item)] : blockMapping(item);
  const own = lines.map((line, index) => (index === 0 ? dash : " ".repeat(dash.length)) + line);
  return insertLinesAfter(body, endOfItem(body, endOf(last), dash.length), own);
}

function entryOf(
  { name, count, size, region, role }: NewPool,
  regionOfAll: string | undefined,
): Record<string, unknown> {
  return {
    name,
    count: count.includes("..") ? count : Number(count),
    size,
    ...(role === undefined ? {} : { role }),
    ...(region === undefined || region === regionOfAll ? {} : { region }),
  };
}

function regionOf(value: YAMLMap): string | undefined {
  const region: unknown = value.get("region");
  return typeof region === "string" ? region : undefined;
}

function byHand(key: string, pool: NewPool): EditError {
  return new EditError(`the entry ${key} of storm.yml is written in a way that this command does not change`, [
    `Add the pool by hand: ${flowMapping(entryOf(pool, undefined))}`,
  ]);
}
