/**
 * User-data as the bytes that the machine gets. AWS and Azure are given base64, DigitalOcean text. Text begins with what cloud-init knows
 * it by ("#cloud-config", "#!", "Content-Type:"), and base64 never does.
 */
export function userDataBytes(given: string): Buffer {
  const base64 = given.replace(/\s/g, "");
  const encoded = base64.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(base64);
  return encoded ? Buffer.from(base64, "base64") : Buffer.from(given);
}
