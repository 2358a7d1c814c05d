import { EditError } from "../../../spec/edit/edit-error";
import { SpecError } from "../../../spec/errors";

export const options = { fileName: "storm.yml", env: "dev" };

/** Lines that are in one of two texts only: "- old", "+ new". */
export function changedLines(before: string, after: string): string[] {
  const [old, now] = [before.split("\n"), after.split("\n")];
  return [
    ...old.filter((line) => !now.includes(line)).map((line) => `- ${line}`),
    ...now.filter((line) => !old.includes(line)).map((line) => `+ ${line}`),
  ];
}

/** What was thrown, as text. */
export function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof EditError) return [error.message, ...error.hints].join("\n");
    if (error instanceof SpecError) return error.message;
    throw error;
  }
  throw new Error("was expected to be refused");
}

export const LONG = `# A cluster.
Hostname: storm.example.com # the domain

AWS:
  region: eu-west-1   # near us
  pools:
    - {name: managers, count: 3, size: small, role: manager} # three
    # the web
    - name: web
      count: "2..10" # grows
      size: medium
      # below it

# and here
Local: [1, small]   # one more
compose: {}
`;
