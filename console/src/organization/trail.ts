// Pages of the audit trail, of which any may be empty before the end.

import type { Api } from "../api";
import type { AuditPage } from "../types";

const PATH = "api/v1/organization/audit";
const PER_PAGE = 50;

/** Empty pages passed over before a person decides whether to go on: the server looks at 10,000 lines for each. */
export const LOOKS = 5;

/** Which lines; all are strings, as they stand in the address. */
export interface Wanted {
  from: string;
  to: string;
  accountId: string;
  action: string;
}

/** The next page that has a line; or after some looks, an empty one that says where to go on. */
export async function look(api: Pick<Api, "get">, wanted: Wanted, after: string): Promise<AuditPage> {
  const page = (place: string) => api.get<AuditPage>(PATH, { ...wanted, perPage: PER_PAGE, after: place });
  let part = await page(after);
  for (let looks = 1; looks < LOOKS && part.lines.length === 0 && part.next; looks++) part = await page(part.next);
  return part;
}
