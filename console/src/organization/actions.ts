// What the audit trail can tell of: operations, by their ids in the API reference.

/** Those that do more than read, as the build finds them in the reference. */
declare const CHANGES: readonly string[];

/** Asked for as if they only read, but what they give leaves the product, or they take an entry up. */
const TAKEN_OUT = ["export_feedback", "get_export", "get_organization_export", "select_entry"];

/** A vote's own record says who and when. */
const VOTES = ["submit_content_feedback", "submit_content_feedback_for_xml"];

export const ACTIONS: readonly string[] = [...CHANGES.filter((id) => !VOTES.includes(id)), ...TAKEN_OUT].sort();
