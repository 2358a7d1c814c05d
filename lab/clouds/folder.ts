/** What a lab has in its folder, which is its owner's alone. */
export const FILES = {
  socket: "daemon.sock",
  settings: "daemon.json",
  process: "daemon.pid",
  lock: "daemon.lock",
  log: "daemon.log",
} as const;

/** Other ones need another daemon. */
export interface LabSettings {
  /** Part of every name: 1 to 12 small letters and digits. */
  lab: string;
  /** Reference of the image that machines boot from. */
  image: string;
}
