/** DNS messages: a question in, its answer out, in the wire's form. */
import * as dns from "dns-packet";
import type { Answers, Reply } from "./answers";
import { NAME_SERVER, HOSTS } from "./names";

const CODES = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4 };
/** Bits of the flags that are 0 in a plain question (RFC 1035, 4.1.1). */
const OPCODE = 0x7800;
/** What a UDP answer may have when the question names no size (RFC 1035). */
const PLAIN_UDP_BYTES = 512;
/** What this server takes itself. */
const UDP_BYTES = 1232;

const OPT: dns.OptAnswer = {
  type: "OPT",
  name: ".",
  udpPayloadSize: UDP_BYTES,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: [],
};

/** Undefined for what is no question at all. `udp`: too long answers are cut, so that the client asks by TCP. */
export function respond(message: Buffer, answers: () => Answers, udp: boolean): Buffer | undefined {
  let query: dns.DecodedPacket;
  try {
    query = dns.decode(message);
  } catch {
    return undefined;
  }
  if (query.type !== "query") return undefined;
  if (((query.flags ?? 0) & OPCODE) !== 0) return written(query, "NOTIMP");
  const [question, ...more] = query.questions ?? [];
  if (question === undefined || more.length > 0) return written(query, "FORMERR");
  let reply: Reply;
  try {
    reply = answers().answer(question.name, question.type);
  } catch (error) {
    process.stderr.write(`${question.name} ${question.type}: ${String(error)}\n`);
    return written(query, "SERVFAIL");
  }
  const whole = written(query, reply.code, reply);
  return udp && whole.length > udpBytes(query) ? written(query, reply.code, undefined, dns.TRUNCATED_RESPONSE) : whole;
}

function written(query: dns.DecodedPacket, code: keyof typeof CODES, reply?: Reply, flags = 0): Buffer {
  const asked = (query.flags ?? 0) & dns.RECURSION_DESIRED;
  const authoritative = reply?.authoritative === true ? dns.AUTHORITATIVE_ANSWER : 0;
  const named = reply?.answers.some(({ type }) => type === "NS") === true;
  const address = HOSTS[NAME_SERVER] ?? "";
  return dns.encode({
    type: "response",
    id: query.id,
    flags: asked | dns.RECURSION_AVAILABLE | authoritative | flags | CODES[code],
    questions: query.questions,
    answers: reply?.answers,
    authorities: reply?.authorities,
    additionals: [
      ...(named ? [{ type: "A" as const, name: NAME_SERVER, ttl: 60, data: address }] : []),
      ...(ednsOf(query) === undefined ? [] : [OPT]),
    ],
  });
}

function udpBytes(query: dns.DecodedPacket): number {
  return Math.min(UDP_BYTES, Math.max(PLAIN_UDP_BYTES, ednsOf(query)?.udpPayloadSize ?? 0));
}

function ednsOf(query: dns.DecodedPacket) {
  return query.additionals?.find((record) => record.type === "OPT");
}
