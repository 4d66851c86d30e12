import { expect, it } from "vitest";
import { ApiError } from "../../api/problem";
import { LONGEST, faultsOf, fits, queueNames, withScript } from "./scripts";

it("knows queues where somebody waited and those with a script, each once", () => {
  expect(queueNames([{ name: "sales" }, { name: "desk" }], { desk: "Hello", billing: "Hi" })).toEqual(["billing", "desk", "sales"]);
});

it("changes the script of one queue alone, and an empty one is none", () => {
  const scripts = { desk: "Hello", sales: "Hi" };
  expect(withScript(scripts, "desk", "Good morning")).toEqual({ desk: "Good morning", sales: "Hi" });
  expect(withScript(scripts, "desk", " \n")).toEqual({ sales: "Hi" });
});

it("measures a script as the server does", () => {
  expect([fits("x".repeat(LONGEST)), fits("ü".repeat(LONGEST))]).toEqual([true, false]);
});

it("shows what is wrong with this script, without what is wrong with others", () => {
  const problem = { type: "/problems/invalid", title: "", status: 422, detail: "all of it" };
  const faults = [{ field: "desk", message: "line 1: no `nam`" }, { field: "sales", message: "too long" }];
  expect(faultsOf(new ApiError({ ...problem, faults }), "desk")).toBe("line 1: no `nam`");
  expect(faultsOf(new ApiError(problem), "desk")).toBe("all of it");
});
