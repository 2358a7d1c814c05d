/** Runs a plugin as a process of the engine: one gRPC server on loopback, its port on the first line of stdout. */
import * as grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { PluginAttach } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { EngineLog } from "./engine-log";
import { Handlers } from "./handlers";
import type { Plugin } from "./resource";

/** What the engine itself allows; state with big assets needs it. */
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;
const PARENT_CHECK_MS = 500;
/** Time for running operations to end their remote processes before the process leaves. */
const EXIT_GRACE_MS = 2_000;

/** Operations under way: what a process that must end has to stop first. */
let running = 0;

/** Serves `plugin` until the engine closes it, cancels it or dies. */
export async function serve(plugin: Plugin, args = process.argv.slice(2)): Promise<void> {
  const cancel = new AbortController();
  const log = new EngineLog(args.find((arg) => !arg.startsWith("-")));
  const server = new grpc.Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
  });
  server.addService(ResourceProviderService, methods(new Handlers(plugin, log, cancel.signal), log, cancel));
  endWithEngine(cancel);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  process.stdout.write(`${port}\n`);
}

function methods(handlers: Handlers, log: EngineLog, cancel: AbortController): grpc.UntypedServiceImplementation {
  return {
    getPluginInfo: unary(() => handlers.info()),
    getSchema: unary(() => handlers.schema()),
    configure: unary((request) => handlers.configure(request)),
    checkConfig: unary((request) => handlers.checkConfig(request)),
    diffConfig: unary(() => handlers.diffConfig()),
    check: unary((request) => handlers.check(request)),
    diff: unary((request) => handlers.diff(request)),
    create: unary((request) => handlers.create(request), log),
    update: unary((request) => handlers.update(request), log),
    delete: unary((request) => handlers.delete(request), log),
    read: unary((request) => handlers.read(request)),
    invoke: unary((request) => handlers.invoke(request), log),
    attach: unary((request: PluginAttach) => {
      log.attach(request.getAddress());
      return new Empty();
    }),
    cancel: unary(() => {
      cancel.abort(new Error("canceled by the engine"));
      return new Empty();
    }),
  };
}

/** One request, one answer; log lines arrive before the answer, as the engine drops those of a finished operation. */
function unary<Request, Response>(
  handle: (request: Request) => Response | Promise<Response>,
  log?: EngineLog,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    void (async () => {
      running += 1;
      try {
        const response = await handle(call.request);
        await log?.flush();
        callback(null, response);
      } catch (error) {
        await log?.flush();
        callback({ code: grpc.status.UNKNOWN, details: error instanceof Error ? error.message : String(error) }, null);
      } finally {
        running -= 1;
      }
    })();
  };
}

/**
 * Ends the process with the engine. It closes a plugin by SIGINT and waits for its exit; killed, it cannot close anything,
 * and a plugin that went on would run its command into the next deployment. An orphan is adopted by another process, so
 * the parent's id tells.
 */
function endWithEngine(cancel: AbortController): void {
  const parent = process.ppid;
  const leave = (): void => {
    if (running === 0) {
      process.exit(0);
    }
    cancel.abort(new Error("the engine is gone"));
    setTimeout(() => process.exit(0), EXIT_GRACE_MS);
  };
  const timer = setInterval(() => {
    if (process.ppid !== parent) {
      clearInterval(timer);
      leave();
    }
  }, PARENT_CHECK_MS);
  timer.unref();
  process.on("SIGTERM", leave).on("SIGINT", leave);
}
