import { seconds } from "../tools/report";

/** How far an engine's operation is. */
export interface Going {
  /** Name of it all: "Deployment". */
  step: string;
  /** Pieces of work that are done. */
  done: number;
  /** Of how many; undefined: nobody knows beforehand. */
  of: number | undefined;
  milliseconds: number;
  /** What goes on now, in words. */
  going: readonly string[];
}

const BAR = 24;
/** With less room than this the words count more than the bar. */
const ROOM_FOR_BAR = 60;

/** "Deployment [######..................] 12 of 48  1m02s  Node local-2 ready, 3 more", as much of it as fits. */
export function footLine({ step, done, of, milliseconds, going }: Going, width: number): string {
  const bar = of === undefined || width < ROOM_FOR_BAR ? "" : ` [${filled(done, of)}]`;
  const unknown = done === 0 ? "" : ` ${done} done`;
  const head = `${step}${bar}${of === undefined ? unknown : ` ${done} of ${of}`}  ${seconds(milliseconds)}`;
  return `${head}${names(going, width - head.length)}`.slice(0, Math.max(0, width));
}

function filled(done: number, of: number): string {
  const part = of === 0 ? BAR : Math.floor((BAR * Math.min(done, of)) / of);
  return "#".repeat(part).padEnd(BAR, ".");
}

/** As many as there is room for, and how many more. */
function names(going: readonly string[], room: number): string {
  for (let shown = going.length; shown > 0; shown--) {
    const rest = going.length - shown;
    const words = `  ${[...going.slice(0, shown), ...(rest > 0 ? [`${rest} more`] : [])].join(", ")}`;
    if (words.length <= room) return words;
  }
  return "";
}
