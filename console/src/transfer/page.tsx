// TMX in and out.

import { PageHead } from "../parts/notice";
import { ExportPanel } from "./export";
import { ImportPanel } from "./import";

export function TransferPage() {
  return (
    <>
      <PageHead title="Import & export" />
      <div class="columns">
        <ImportPanel />
        <ExportPanel />
      </div>
    </>
  );
}
