import { expect, it } from "vitest";

import { judge } from "./trunk";
import type { TrunkState } from "./trunk";

const state = (change: Partial<TrunkState>) => ({
  register: true,
  state: { registration: "registered", reachable: true, rtt_ms: 12, last_error: null, calls: 0, ...change } as TrunkState,
});

it("says of a trunk what is wrong in plain words", () => {
  expect(judge(state({}))).toEqual({ tone: "good", word: "trunks.good", why: null });
  expect(judge({ register: true, state: null }).word).toBe("trunks.unknown");
  expect(judge(state({ registration: "failed", last_error: "403 Forbidden" })).why).toBe("trunks.whyRefused");
  expect(judge(state({ registration: "failed", last_error: "the name server knows no address" })).why).toBe("trunks.whyName");
  expect(judge(state({ reachable: false })).why).toBe("trunks.whySilent");
  expect(judge(state({ registration: "none", reachable: null })).tone).toBe("neutral");
  expect(judge(state({ registration: "trying" })).why).toBeNull();
});
