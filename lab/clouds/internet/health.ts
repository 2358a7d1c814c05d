/** Asks the targets of DNS answers, as Route53's health checks do: two failures in a row and a target is out, one success and it is in. */
import { get } from "node:http";
import { connect as tcp, type Socket } from "node:net";
import { connect as tls } from "node:tls";
import type { DnsAnswer, DnsCheck, DnsZone } from "../world";

const INTERVAL_MS = 2_000;
/** Less than the interval: a check has ended when the next one begins. */
const TIMEOUT_MS = 1_500;
const FAILURES = 2;

interface Target extends DnsCheck {
  /** For TLS: a server may have no certificate for anybody else. */
  serverName: string;
}

export class Health {
  /** Failures in a row of targets that are asked; new ones are in until they fail. */
  private failures = new Map<string, number>();

  /** `zones`: what there is now, asked at each round. */
  constructor(
    private readonly zones: () => readonly DnsZone[],
    private readonly intervalMs = INTERVAL_MS,
  ) {}

  /** Gives what ends it. */
  start(): () => void {
    const round = () => void this.round();
    round();
    const timer = setInterval(round, this.intervalMs);
    return () => clearInterval(timer);
  }

  isIn({ check }: DnsAnswer): boolean {
    return check === undefined || (this.failures.get(key(check)) ?? 0) < FAILURES;
  }

  private async round(): Promise<void> {
    const targets = targetsOf(this.zones());
    this.failures = new Map([...this.failures].filter(([known]) => targets.has(known)));
    await Promise.all(
      [...targets].map(async ([name, target]) => {
        const good = await answers(target, Math.min(TIMEOUT_MS, this.intervalMs));
        this.failures.set(name, good ? 0 : (this.failures.get(name) ?? 0) + 1);
      }),
    );
  }
}

/** Each of them once, whatever number of records leads there. */
function targetsOf(zones: readonly DnsZone[]): Map<string, Target> {
  const targets = new Map<string, Target>();
  for (const { name, answers: all } of zones.flatMap((zone) => zone.records)) {
    for (const { check } of all) {
      if (check !== undefined) targets.set(key(check), { ...check, serverName: name.replace(/^\*\./, "") });
    }
  }
  return targets;
}

function key({ address, port, path = "" }: DnsCheck): string {
  return `${address}:${port}${path}`;
}

function answers(target: Target, timeoutMs: number): Promise<boolean> {
  return target.path === undefined ? connects(target, timeoutMs) : says(target, timeoutMs);
}

/** Whether it answers by HTTP, and with a status below 400; nobody goes where it sends one. */
function says({ address, port, path, serverName }: Target, timeoutMs: number): Promise<boolean> {
  const signal = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve) => {
    const call = get({ host: address, port, path, headers: { host: serverName }, agent: false, signal }, (answer) => {
      const { statusCode = 0 } = answer;
      answer.destroy();
      resolve(statusCode >= 200 && statusCode < 400);
    });
    call.on("error", () => resolve(false));
  });
}

/** Whether it takes a connection; on 443 whether it speaks TLS, with whatever certificate. */
function connects({ address, port, serverName }: Target, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const secure = port === 443;
    const socket: Socket = secure
      ? tls({ host: address, port, servername: serverName, rejectUnauthorized: false })
      : tcp({ host: address, port });
    const done = (good: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(good);
    };
    const timer = setTimeout(() => done(false), timeoutMs);
    socket.on(secure ? "secureConnect" : "connect", () => done(true));
    socket.on("error", () => done(false));
    socket.on("close", () => done(false));
  });
}
