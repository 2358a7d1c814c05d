/** The last line of a terminal, below all that is written: what goes on just now, written over as it does. */
export interface Foot {
  /** How many characters fit. A longer line would wrap, and its first half would stay for good. */
  readonly width: number;
  /** Shows this line in place of the last one; an empty one takes it away. */
  show(line: string): void;
}

/** What of a stream is needed here. */
export type Terminal = Pick<NodeJS.WriteStream, "write" | "columns">;

const CLEAR = "\r\u001b[K";
/** The one that is shown: standard output and standard error are the same terminal. */
let shown: { terminal: Terminal; line: string } | undefined;
let clearsAtExit = false;

export function footOf(terminal: Terminal): Foot {
  return {
    get width() {
      // A terminal that does not say is as wide as they used to be. The last column is left: some wrap at it.
      return (terminal.columns || 80) - 1;
    },
    show: (line) => {
      if (line === "" && shown === undefined) return;
      terminal.write(CLEAR + line);
      shown = line === "" ? undefined : { terminal, line };
      // A process that ends in the middle leaves the shell a line of its own.
      if (!clearsAtExit) process.on("exit", () => shown?.terminal.write(CLEAR));
      clearsAtExit = true;
    },
  };
}

/** Writes whole lines, above the foot if there is one. */
export function writeAbove(stream: Pick<NodeJS.WriteStream, "write">, text: string): void {
  if (shown === undefined) return void stream.write(text);
  shown.terminal.write(CLEAR);
  stream.write(text);
  shown.terminal.write(shown.line);
}
