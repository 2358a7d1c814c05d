/** A WireGuard configuration as a QR code, which phones read. */
import { type Bitmap2D, correction, generate } from "lean-qr";
import { toSvgSource } from "lean-qr/extras/svg";

/** Modules of quiet around it, by ISO/IEC 18004. */
const QUIET = 4;

/** Comments are left out: the fewer modules, the larger they are. */
function codeOf(conf: string): Bitmap2D {
  const lines = conf.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return generate(`${lines.join("\n")}\n`, { maxCorrectionLevel: correction.L });
}

/** As a document. */
export function qrSvg(conf: string): string {
  return toSvgSource(codeOf(conf), { on: "black", off: "white", pad: QUIET, scale: 6, xmlDeclaration: true });
}

/** For a terminal: black on white whatever its own colours are, two modules a character. Undefined if it has fewer columns. */
export function qrText(conf: string, columns: number): string | undefined {
  const code = codeOf(conf);
  const size = code.size + 2 * QUIET;
  if (size > columns) return undefined;
  const dark = (x: number, y: number) => code.get(x - QUIET, y - QUIET);
  const lines = Array.from({ length: Math.ceil(size / 2) }, (_, row) => {
    const cells = Array.from({ length: size }, (__, x) => {
      return HALVES[(dark(x, 2 * row) ? 2 : 0) + (dark(x, 2 * row + 1) ? 1 : 0)];
    });
    return `\x1b[30;107m${cells.join("")}\x1b[0m\n`;
  });
  return lines.join("");
}

/** By whether the upper module is dark (2) and the lower one (1). */
const HALVES = [" ", "▄", "▀", "█"];
