import { send } from "../../api/client";
import type { Registration } from "./sip";
import { Phone } from "./store";

/** The phone of this window. */
export const phone = new Phone(() => send<Registration>("POST", "/v1/phone/registration"));
