/**
 * The newest Ubuntu LTS that DigitalOcean offers under this slug: always its latest build. All of the catalog's Droplets are x64
 * (docs.digitalocean.com/products/droplets/details/images).
 */
export const UBUNTU_LTS = "ubuntu-24-04-x64";
