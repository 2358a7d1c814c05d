/** Secrets of the swarm that `storm secret set` makes. */
import { contentName, MAX_BYTES, MAX_NAME } from "../../compose/content";
import { UserError } from "../../tools/errors";
import { type Api, ApiError, getJson, postJson } from "./api";
import { noAnswer } from "./services";

/**
 * Whose it is. The label by which Docker knows what belongs to a stack is not on it: a deploy takes away what has that one and is not
 * of the compose file itself.
 */
export const LABEL = "storm.secret";

const CONFLICT = 409;
const NAME = /^[a-zA-Z0-9](?:[a-zA-Z0-9_.-]*[a-zA-Z0-9])?$/;

export interface MadeSecret {
  /** In the swarm, with a hash of the value, as secrets of compose files have it. */
  name: string;
  /** Whether this value was there already. */
  known: boolean;
  /** Other versions of it that are in the swarm. */
  others: string[];
}

interface SecretAnswer {
  Spec: { Name: string; Labels?: Record<string, string> | null };
}

/** @throws UserError before anything is asked for or sent */
export function checkSecretName(stack: string, key: string): void {
  if (!NAME.test(key))
    throw new UserError(`"${key}" can not be the name of a secret`, [
      "Letters, digits and - _ . between them: db_password",
    ]);
  const name = contentName(stack, key, "");
  if (name.length > MAX_NAME)
    throw new UserError(
      `"${key}" is too long: with stack and version it has ${name.length} characters, Swarm's most is 64`,
    );
}

/** Makes a secret of a compose stack, if this version is not there. @throws UserError that does not hold the value */
export async function makeSecret(docker: Api, stack: string, key: string, value: Uint8Array): Promise<MadeSecret> {
  if (value.length > MAX_BYTES)
    throw new UserError(`the value has ${value.length} bytes, a secret in Swarm may have ${MAX_BYTES}`);
  const name = contentName(stack, key, value);
  const filters = JSON.stringify({ label: [`${LABEL}=${stack}/${key}`] });
  const there = await asked(getJson<SecretAnswer[]>(docker, `/secrets?filters=${encodeURIComponent(filters)}`));
  const names = there.map(({ Spec }) => Spec.Name);
  const others = names.filter((each) => each !== name).sort();
  if (names.includes(name)) return { name, known: true, others };
  const created = { Name: name, Labels: { [LABEL]: `${stack}/${key}` }, Data: Buffer.from(value).toString("base64") };
  try {
    await postJson(docker, "/secrets/create", created);
  } catch (error) {
    // A compose file's, or one of a call whose answer was lost: the name says that the value is the same.
    if (error instanceof ApiError && error.status === CONFLICT) return { name, known: true, others };
    throw noAnswer(error);
  }
  return { name, known: false, others };
}

async function asked<T>(answer: Promise<T>): Promise<T> {
  return answer.catch((error: unknown) => {
    throw noAnswer(error);
  });
}
