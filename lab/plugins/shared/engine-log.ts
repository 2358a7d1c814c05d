/** Messages to the engine's log, in the order in which they were written. */
import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import type { Log } from "./resource";

/** Connects to the engine on the first message only: most runs log nothing. */
export class EngineLog {
  private client: EngineClient | undefined;
  private pending: Promise<void> = Promise.resolve();

  constructor(private address: string | undefined) {}

  /** Follows the engine to another address. */
  attach(address: string): void {
    this.address = address;
    this.client = undefined;
  }

  /** A log whose messages belong to one resource. */
  for(urn: string): Log {
    return {
      status: (line) => this.send(LogSeverity.INFO, urn, line, true),
      warn: (message) => this.send(LogSeverity.WARNING, urn, message, false),
      error: (message) => this.send(LogSeverity.ERROR, urn, message, false),
    };
  }

  /** Resolves when everything written so far was delivered, or could not be. */
  async flush(): Promise<void> {
    await this.pending;
  }

  private send(severity: LogSeverity, urn: string, message: string, ephemeral: boolean): void {
    if (!this.address) {
      return;
    }
    const client = (this.client ??= new EngineClient(this.address, credentials.createInsecure()));
    const request = new LogRequest().setSeverity(severity).setMessage(message).setUrn(urn).setEphemeral(ephemeral);
    this.pending = this.pending.then(
      () =>
        new Promise((resolve) => {
          // A lost log line is no reason to fail the operation that wrote it.
          client.log(request, () => resolve());
        }),
    );
  }
}
