import type { Region } from "./types";

/**
 * AWS regions that every account may use or opt into. Coordinates are those of the city or county that AWS names. Letters are the
 * zones that a pool gets which names none: three, as many as a quorum needs, that every account sees. What an account calls `a`
 * another calls `c`, and in us-west-1 each sees two of three, so that nobody else can choose them.
 */
const REGIONS: [string, number, number, string][] = [
  ["us-east-1", 38.9, -77.5, "abc"],
  ["us-east-2", 40.0, -83.0, "abc"],
  ["us-west-1", 37.4, -121.9, ""],
  ["us-west-2", 45.8, -119.7, "abc"],
  ["ca-central-1", 45.5, -73.6, "abd"],
  ["ca-west-1", 51.0, -114.1, "abc"],
  ["mx-central-1", 20.6, -100.4, "abc"],
  ["sa-east-1", -23.5, -46.6, "abc"],
  ["eu-west-1", 53.3, -6.3, "abc"],
  ["eu-west-2", 51.5, -0.1, "abc"],
  ["eu-west-3", 48.9, 2.4, "abc"],
  ["eu-central-1", 50.1, 8.7, "abc"],
  ["eu-central-2", 47.4, 8.5, "abc"],
  ["eu-north-1", 59.3, 18.1, "abc"],
  ["eu-south-1", 45.5, 9.2, "abc"],
  ["eu-south-2", 41.6, -0.9, "abc"],
  ["il-central-1", 32.1, 34.8, "abc"],
  ["me-south-1", 26.1, 50.6, "abc"],
  ["me-central-1", 24.5, 54.4, "abc"],
  ["af-south-1", -33.9, 18.4, "abc"],
  ["ap-east-1", 22.3, 114.2, "abc"],
  ["ap-south-1", 19.1, 72.9, "abc"],
  ["ap-south-2", 17.4, 78.5, "abc"],
  ["ap-southeast-1", 1.3, 103.8, "abc"],
  ["ap-southeast-2", -33.9, 151.2, "abc"],
  ["ap-southeast-3", -6.2, 106.8, "abc"],
  ["ap-southeast-4", -37.8, 145.0, "abc"],
  ["ap-southeast-5", 3.1, 101.7, "abc"],
  ["ap-northeast-1", 35.7, 139.7, "acd"],
  ["ap-northeast-2", 37.6, 127.0, "abc"],
  ["ap-northeast-3", 34.7, 135.5, "abc"],
];

/** An account may see any of them (docs.aws.amazon.com/global-infrastructure/latest/regions). */
const LETTERS = [..."abcdefgh"];

export const awsRegions: ReadonlyMap<string, Region> = new Map(
  REGIONS.map(([name, latitude, longitude, letters]): [string, Region] => [
    name,
    {
      latitude,
      longitude,
      zones: [...letters].map((letter) => name + letter),
      zoneNames: LETTERS.map((letter) => name + letter),
    },
  ]),
);
