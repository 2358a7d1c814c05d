/** A daemon with nothing but the lab's internet, on loopback, until it is killed. Its options are its argument. */
import { Internet, type InternetOptions } from "../../lab/clouds/internet/internet";

const options = JSON.parse(process.argv[2] ?? "") as Omit<InternetOptions, "say">; // internet-daemon.test.ts wrote it
void new Internet({ ...options, say: () => undefined }).apply([]).then(() => {
  process.stdout.write("ready\n");
  setInterval(() => undefined, 60_000);
});
