import { addressAt, freeAddress, freeSubnets, rangeOf, routedRanges } from "../../lab/local/addresses";

const ranges = (...cidrs: string[]) => cidrs.map(rangeOf).filter((range) => range !== undefined);

describe("subnets", () => {
  test("the first /24 that touches nothing in use", () => {
    expect(freeSubnets([])[0]).toBe("172.28.0.0/24");
    expect(freeSubnets(ranges("172.28.0.0/24", "172.28.1.128/25", "10.0.0.0/8"))[0]).toBe("172.28.2.0/24");
    expect(freeSubnets(ranges("172.28.0.0/17"))[0]).toBe("172.28.128.0/24");
    expect(freeSubnets(ranges("172.16.0.0/12"))).toEqual([]);
  });

  test("routes of this machine count, its default route does not", () => {
    const route = (destination: string, mask: string) =>
      `eth0\t${destination}\t00000000\t0001\t0\t0\t0\t${mask}\t0\t0\t0`;
    const text = ["Iface ...", route("00000000", "00000000"), route("00001CAC", "00FFFFFF"), ""].join("\n");
    expect(routedRanges(text)).toEqual(ranges("172.28.0.0/24"));
  });

  test("IPv6 blocks are no concern", () => expect(rangeOf("fd00::/64")).toBeUndefined());
});

describe("addresses", () => {
  test("nodes count from 10 and fill gaps", () => {
    expect(addressAt("172.28.3.0/24", 2)).toBe("172.28.3.2");
    expect(freeAddress("172.28.3.0/24", new Set())).toBe("172.28.3.10");
    expect(freeAddress("172.28.3.0/24", new Set(["172.28.3.10", "172.28.3.12"]))).toBe("172.28.3.11");
  });

  test("none is left after 254", () => {
    const all = new Set(Array.from({ length: 256 }, (_, index) => `172.28.3.${index}`));
    expect(freeAddress("172.28.3.0/24", all)).toBeUndefined();
  });
});
