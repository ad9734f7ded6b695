// An organization's data as a whole, for its admins.

import { PageHead } from "../parts/notice";
import { AuditTrail } from "./audit";
import { ErasurePanel } from "./erasure";
import { ExportPanel } from "./export";
import { RetentionPanel } from "./retention";

export function OrganizationPage() {
  return (
    <>
      <PageHead title="Organization" />
      <div class="columns">
        <div class="stack">
          <ExportPanel />
          <ErasurePanel />
        </div>
        <RetentionPanel />
      </div>
      <AuditTrail />
    </>
  );
}
