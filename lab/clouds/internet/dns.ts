/** DNS of the lab's internet, on UDP and TCP. */
import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { createServer, type Server, type Socket } from "node:net";
import type { DnsZone } from "../world";
import { Answers } from "./answers";
import type { Challenges } from "./challenges";
import { respond } from "./dns-message";
import type { Listen } from "./folder";
import { Health } from "./health";

/** A client that says nothing for so long on TCP is let go. */
const TCP_IDLE_MS = 10_000;

/** `zones`: what there is now, asked at each question. Gives what ends it. */
export async function serveDns(at: Listen, zones: () => DnsZone[], challenges: Challenges): Promise<() => void> {
  const health = new Health(zones);
  let made: { from: readonly [object, object]; answers: Answers } | undefined;
  const answers = (): Answers => {
    const from = [zones(), challenges.all] as const;
    if (made?.from[0] !== from[0] || made.from[1] !== from[1]) {
      made = { from, answers: new Answers(...from, (answer) => health.isIn(answer)) };
    }
    return made.answers;
  };
  const udp = await listenUdp(at, (message) => respond(message, answers, true));
  const tcp = await listenTcp(at, (message) => respond(message, answers, false));
  const endHealth = health.start();
  return () => {
    udp.close();
    tcp.close();
    endHealth();
  };
}

type Respond = (message: Buffer) => Buffer | undefined;

function listenUdp({ address, port }: Listen, respondTo: Respond): Promise<UdpSocket> {
  const socket = createSocket("udp4");
  socket.on("message", (message, from) => {
    const answer = respondTo(message);
    // A client that is gone is no fault of the server.
    if (answer !== undefined) socket.send(answer, from.port, from.address, () => undefined);
  });
  return new Promise((resolve, reject) => {
    socket.once("error", reject).bind(port, address, () => resolve(socket));
  });
}

function listenTcp({ address, port }: Listen, respondTo: Respond): Promise<Server> {
  const server = createServer((socket) => serveTcp(socket, respondTo));
  return new Promise((resolve, reject) => {
    server.once("error", reject).listen(port, address, () => resolve(server));
  });
}

/** Each message has its length, two bytes, before it (RFC 1035, 4.2.2). */
function serveTcp(socket: Socket, respondTo: Respond): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.setTimeout(TCP_IDLE_MS, () => socket.destroy());
  socket.on("error", () => socket.destroy());
  socket.on("data", (data) => {
    rest = Buffer.concat([rest, data]);
    while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
      const end = 2 + rest.readUInt16BE(0);
      const answer = respondTo(rest.subarray(2, end));
      rest = rest.subarray(end);
      if (answer === undefined) return void socket.destroy();
      const length = Buffer.alloc(2);
      length.writeUInt16BE(answer.length);
      socket.write(Buffer.concat([length, answer]));
    }
  });
}
