/** Entry point of the plugin process `pulumi-resource-storm`. */
import { main } from "@pulumi/pulumi/provider";
import { EngineLog } from "../plugins/shared/engine-log";
import { createProvider } from "./provider";

// The server prints the stack of each error besides answering with it; the engine would show both to the user.
console.error = () => undefined;

// The engine holds the other end of stdin: when it is killed, this process must not go on making things beside the next
// run, which adopts or clears away whatever is half done.
process.stdin.on("end", () => process.exit(0));
process.stdin.on("error", () => process.exit(0));
process.stdin.resume();

const args = process.argv.slice(2);
const log = new EngineLog(args.find((arg) => !arg.startsWith("-")));
const warn = (message: string): Promise<void> => {
  log.for("").warn(message);
  return log.flush();
};

void main(createProvider(undefined, warn), args);
