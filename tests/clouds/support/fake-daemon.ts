/** A lab's process without machines: `fake-daemon.ts FOLDER`. */
import { runDaemon } from "../../../lab/clouds/daemon-process";
import { FakeRealizer } from "./fakes";

const nothing = () => Promise.resolve();
runDaemon(process.argv[2] ?? "", () => ({
  realizer: new FakeRealizer(),
  internet: { apply: nothing, destroy: nothing },
  close: nothing,
}));
