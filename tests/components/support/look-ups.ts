/** What clouds answer about their newest images where storm.lock has none. */
export const IMAGES = {
  "aws:ec2/getAmi:getAmi": { id: "ami-1", architecture: "x86_64" },
  "digitalocean:index/getImage:getImage": { id: 195932981, slug: "ubuntu-24-04-x64" },
};
