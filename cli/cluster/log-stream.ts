/** The logs of a service as Docker's API sends them: frames of either stream, each with its context in front. */

/** Bytes in front of each frame: stream (1 is stdout, 2 stderr), three zeroes, length. */
const HEADER = 8;
const STDERR = 2;

export interface LogLine {
  stream: "stdout" | "stderr";
  /** Ids of the task that said it and of its node; "" where Docker does not say. */
  task: string;
  node: string;
  text: string;
}

/** Cuts the stream into lines, wherever its parts were cut. */
export class LogStream {
  private rest = Buffer.alloc(0);

  /** The lines that are whole by now. */
  push(part: Buffer): LogLine[] {
    this.rest = Buffer.concat([this.rest, part]);
    const lines: LogLine[] = [];
    for (;;) {
      if (this.rest.length < HEADER) return lines;
      const end = HEADER + this.rest.readUInt32BE(4);
      if (this.rest.length < end) return lines;
      const stream = this.rest[0] === STDERR ? "stderr" : "stdout";
      const text = this.rest.subarray(HEADER, end).toString("utf8");
      lines.push({ stream, ...parsed(text.replace(/\r?\n$/, "")) });
      this.rest = this.rest.subarray(end);
    }
  }
}

const PREFIX = "com.docker.swarm.";

/** "com.docker.swarm.node.id=...,com.docker.swarm.task.id=... text", as `details=1` has it. */
function parsed(line: string): Omit<LogLine, "stream"> {
  const [details = ""] = line.split(" ", 1);
  if (!details.includes(PREFIX)) return { task: "", node: "", text: line };
  const values = new Map(details.split(",").map((pair) => pair.split("=", 2) as [string, string]));
  const value = (name: string) => values.get(`${PREFIX}${name}.id`) ?? "";
  return { task: value("task"), node: value("node"), text: line.slice(details.length + 1) };
}
