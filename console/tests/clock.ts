/** Lets no test wait: what was meant for later is done as soon as everything else is. */

import { mock } from "node:test";

export function atOnce(): void {
  mock.method(globalThis, "setTimeout", (work: () => void) => setImmediate(work));
}
