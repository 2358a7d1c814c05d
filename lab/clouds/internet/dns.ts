/** Child of the keeper: DNS of the lab's internet, on UDP and TCP. Runs in the lab's folder, whose zones it serves as they are now. */
import { createSocket } from "node:dgram";
import { createServer, type Socket } from "node:net";
import { Answers } from "./answers";
import { childOfKeeper } from "./child";
import { respond } from "./dns-message";
import { challengesFile, type Listen, zonesFile } from "./folder";
import { Health } from "./health";

/** A client that says nothing for so long on TCP is let go. */
const TCP_IDLE_MS = 10_000;

void childOfKeeper(async ({ dns }) => {
  const [zones, challenges] = [zonesFile(), challengesFile()];
  const health = new Health(() => zones.read());
  let made: { from: readonly [object, object]; answers: Answers } | undefined;
  const answers = (): Answers => {
    const from = [zones.read(), challenges.read()] as const;
    if (made?.from[0] !== from[0] || made.from[1] !== from[1]) {
      made = { from, answers: new Answers(...from, (answer) => health.isIn(answer)) };
    }
    return made.answers;
  };
  await listenUdp(dns, (message) => respond(message, answers, true));
  await listenTcp(dns, (message) => respond(message, answers, false));
  health.start();
});

type Respond = (message: Buffer) => Buffer | undefined;

function listenUdp({ address, port }: Listen, respondTo: Respond): Promise<void> {
  const socket = createSocket("udp4");
  socket.on("message", (message, from) => {
    const answer = respondTo(message);
    // A client that is gone is no fault of the server.
    if (answer !== undefined) socket.send(answer, from.port, from.address, () => undefined);
  });
  return new Promise((resolve, reject) => socket.once("error", reject).bind(port, address, resolve));
}

function listenTcp({ address, port }: Listen, respondTo: Respond): Promise<void> {
  const server = createServer((socket) => serveTcp(socket, respondTo));
  return new Promise((resolve, reject) => server.once("error", reject).listen(port, address, resolve));
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
