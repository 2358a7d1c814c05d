import { type Alias, parseDocument, type Scalar, visit } from "yaml";
import { load, type LoadOptions } from "../load";
import { placeOf, valueAt } from "../located";
import { didYouMean, nearestWord } from "../nearest";
import { poolField } from "../rules/fields";
import { catalog } from "../sizes/catalog";
import type { PoolSpec, Spec } from "../spec";
import { checkEdit } from "./check-edit";
import { EditError } from "./edit-error";
import { insertKey } from "./insert-key";
import { offsetAt, splice, withoutMark } from "./text";

const RANGE = /^[0-9]{1,4}\.\.[0-9]{1,4}$/;

/**
 * The text of storm.yml with another count for one pool, and not a character else changed.
 * @param count "4", or "2..10" for an elastic pool
 * @throws SpecError when the file is wrong, before or after; EditError when it is not for this command
 */
export function scalePool(text: string, options: LoadOptions, name: string, count: string): string {
  const { spec } = load(text, options);
  const pool = findPool(spec, name);
  const [min, max] = bounds(pool, count);
  if (min === pool.min && max === pool.max) throw new EditError(`pool ${pool.name} has ${countWords(pool)} already`);
  const edited = written(text, options.fileName, spec, pool, count);
  const wanted = spec.pools.map((each) => (each === pool ? { ...pool, min, max } : each));
  checkEdit(options.fileName, spec, load(edited, options).spec, wanted);
  return edited;
}

function findPool(spec: Spec, name: string): PoolSpec {
  const found = spec.pools.find((pool) => pool.name === name);
  if (found !== undefined) return found;
  if (spec.hosts.some((host) => host.name === name) || name === "hosts")
    throw new EditError("Hosts are machines that are there already: each has an entry of its own in storm.yml");
  const names = spec.pools.map((pool) => pool.name);
  throw new EditError(`there is no pool ${name}${didYouMean(nearestWord(name, names))}`, [
    names.length === 0 ? "storm.yml has no pools." : `Pools: ${names.join(", ")}`,
  ]);
}

/** A pool stays fixed or elastic: the other kind is another resource, and all of its nodes would be made anew. */
function bounds(pool: PoolSpec, count: string): [number, number] {
  const isRange = RANGE.test(count);
  if (!isRange && !/^[0-9]{1,6}$/.test(count))
    throw new EditError(`the count must be a whole number such as 3, or a range such as 2..10, got ${count}`);
  if (pool.elastic && !isRange)
    throw new EditError(`pool ${pool.name} is elastic (${countWords(pool)}): its count must stay a range`, [
      `Such as: storm scale ${pool.name} ${pool.min}..${Math.max(Number(count), pool.min, 1)}`,
    ]);
  if (!pool.elastic && isRange)
    throw new EditError(`pool ${pool.name} has a fixed number of nodes (${pool.min}): its count must stay a number`, [
      "An elastic pool has other machines: make one beside it (storm launch), or change storm.yml by hand.",
    ]);
  if (count === "0")
    throw new EditError(`pool ${pool.name} cannot have 0 nodes`, [
      "To be without it, take the pool out of storm.yml; `storm preview` says what would be lost.",
    ]);
  const [min = 0, max = min] = count.split("..").map(Number);
  return [min, max];
}

function countWords(pool: PoolSpec): string {
  return pool.elastic ? `${pool.min}..${pool.max}` : `${pool.min} node${pool.min === 1 ? "" : "s"}`;
}

function written(text: string, fileName: string, spec: Spec, pool: PoolSpec, count: string): string {
  const path = poolField(pool, "count");
  if (valueAt(spec.source.value, path) === undefined) {
    // The nodes that are there where none are asked for (spec/normalize.ts).
    return insertKey(text, `${catalog[pool.provider].key}: [${count}, ${pool.size}]`);
  }
  const place = placeOf(spec.source, path);
  if (place.file !== fileName)
    throw new EditError(`the count of pool ${pool.name} is not in ${fileName}: ${place.file} says it`, [
      "Change it there, for example with `npm run pulumi -- config edit`.",
    ]);
  const { mark, body } = withoutMark(text);
  const node = nodeAt(body, offsetAt(body, place.line, place.column));
  if (node === undefined)
    throw new EditError(`${fileName}:${place.line}:${place.column}: this count has to be changed by hand`);
  const [from, to] = node;
  const quote = /^["']/.exec(body.slice(from, to))?.[0] ?? "";
  const word = count.includes("..") ? `${quote}${count}${quote}` : count;
  return mark + splice(body, from, to, word);
}

/** The scalar or alias that begins at an offset: from where to where it is. */
function nodeAt(text: string, offset: number): [number, number] | undefined {
  let found: [number, number] | undefined;
  const look = (_: unknown, node: Scalar | Alias): symbol | undefined => {
    if (node.range?.[0] !== offset) return undefined;
    found = [node.range[0], node.range[1]];
    return visit.BREAK;
  };
  visit(parseDocument(text), { Scalar: look, Alias: look });
  return found;
}
