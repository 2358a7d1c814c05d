/**
 * One SSH session. The client library sends environment variables without asking whether the server took them, and a
 * command that runs without its environment is worse than one that does not run: so the requests are made here, each
 * one answered before the next, over the library's channel.
 */
import type { Client, ClientChannel } from "ssh2";

type Answer = (refused: boolean | Error) => void;
type Opened = (error: Error | undefined, channel: ClientChannel) => void;
/** The parts of ssh2 1.17 (pinned) beneath its public `exec`. */
interface Internals {
  _chanMgr: { add(opened: Opened & { type: "session" }): number };
  _protocol: {
    session(channel: number, window: number, packet: number): void;
    env(channel: number, name: string, value: string, wantReply: boolean): void;
    exec(channel: number, command: string, wantReply: boolean): void;
  };
}
interface ChannelInternals {
  _callbacks: Answer[];
  outgoing: { id: number };
  subtype: string;
  allowHalfOpen: boolean;
}

const WINDOW_BYTES = 2 * 1024 * 1024;
const PACKET_BYTES = 32 * 1024;

export class Session {
  private constructor(
    private readonly internals: Internals,
    readonly channel: ClientChannel,
  ) {}

  static open(client: Client): Promise<Session> {
    const internals = client as unknown as Internals;
    return new Promise((resolve, reject) => {
      const opened: Opened = (error, channel) => (error ? reject(error) : resolve(new Session(internals, channel)));
      const id = internals._chanMgr.add(Object.assign(opened, { type: "session" as const }));
      if (id === -1) {
        reject(new Error("no free SSH channel"));
        return;
      }
      internals._protocol.session(id, WINDOW_BYTES, PACKET_BYTES);
    });
  }

  /** Sets one variable; rejects when the server's AcceptEnv does not list it. */
  setenv(name: string, value: string): Promise<void> {
    const refusal = `could not set environment variable ${JSON.stringify(name)}: ssh: setenv failed`;
    return this.request(refusal, (id) => this.internals._protocol.env(id, name, value, true));
  }

  /** Starts the command; its output comes as the channel's data. */
  async exec(command: string): Promise<void> {
    await this.request(`ssh: command failed to start`, (id) => this.internals._protocol.exec(id, command, true));
    const channel = this.channel as unknown as ChannelInternals;
    channel.subtype = "exec";
    channel.allowHalfOpen = true;
  }

  private request(refusal: string, send: (channel: number) => void): Promise<void> {
    const channel = this.channel as unknown as ChannelInternals;
    return new Promise((resolve, reject) => {
      channel._callbacks.push((refused) => (refused ? reject(new Error(refusal)) : resolve()));
      send(channel.outgoing.id);
    });
  }
}
