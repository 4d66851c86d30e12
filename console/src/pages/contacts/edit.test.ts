import { describe, expect, it } from "vitest";
import { changeOf, formOf, listed } from "./edit";

const contact = {
  id: "contact_1", address: "+4930901820", name: "Mia Berg", tags: ["vip"], numbers: [{ number: "+491711234567", label: "mobile" }],
  fields: { city: "Berlin", orders: 3, more: { a: 1 } }, notes: "", created_at: "", updated_at: "",
} as unknown as Parameters<typeof formOf>[0];

describe("a contact in the form", () => {
  it("changes nothing where nothing was changed", () => {
    expect(changeOf(contact, formOf(contact))).toEqual({});
  });

  it("sends only what is another, and empties what was emptied", () => {
    const form = { ...formOf(contact), name: " ", language: "de", tags: "vip, new, vip" };
    expect(changeOf(contact, form)).toEqual({ name: null, language: "de", tags: ["vip", "new"] });
  });

  it("sets, adds and removes fields, and leaves the others as they are", () => {
    const fields = [{ name: "city", value: "Bern" }, { name: "since", value: "2020" }, { name: "  ", value: "x" }];
    expect(changeOf(contact, { ...formOf(contact), fields })).toEqual({ fields: { city: "Bern", since: "2020", orders: null } });
  });

  it("reads numbers as people write them, with what they are", () => {
    const numbers = "+49 171 123-4567 mobile phone\n030 1234\nsip:mia@example.org home\n\n";
    expect(changeOf(contact, { ...formOf(contact), numbers })["numbers"]).toEqual([
      { number: "+49 171 123-4567", label: "mobile phone" },
      { number: "030 1234", label: "" },
      { number: "sip:mia@example.org", label: "home" },
    ]);
    expect(listed(" , a,,b ")).toEqual(["a", "b"]);
  });
});
