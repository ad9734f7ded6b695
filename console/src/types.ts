// The documents of the API, as far as the console reads them.

export type ApprovalState = "awaitingApproval" | "approved" | "rejected";

export type Role = "user" | "org_owner" | "admin";

export interface Caller {
  organizationId: string;
  accountId: number;
  email: string;
  role: Role;
}

export interface Feedback {
  feedbackId: string;
  languagePairId: string;
  username: string;
  sourceText: string;
  machineTranslation: string;
  suggestedTranslation: string;
  comment: string;
  approvalState: ApprovalState;
  reviewer: string;
  timestamps: { created: string; reviewed: string; modified: string };
}

export interface FeedbackList {
  feedback: Feedback[];
  totalItems: number;
}

/** What follows behind an entry. */
export interface FeedbackRun {
  feedback: Feedback[];
  /** Behind what the next part begins; empty behind the last one. */
  next: string;
  /** Absent where only reading all entries would tell. */
  totalItems?: number;
}

export interface LanguagePair {
  languagePairId: string;
  sourceLanguage: string;
  sourceLanguageTag: string;
  targetLanguage: string;
  targetLanguageTag: string;
}

export interface Upload {
  importId: string;
  url: string;
  fields: Record<string, string>;
  maxSizeInMB: number;
}

export type WorkState = "waiting" | "running" | "done" | "failed";

export interface Import {
  importId: string;
  state: WorkState;
  successful: number;
  duplicate: number;
  invalid: number;
  warnings: string[];
  unitsRead: number;
  bytesRead: number;
  size: number;
  error: string;
  created: string;
  file: string;
}

export interface Export {
  exportId: string;
  state: WorkState;
  entries: number;
  error: string;
  url: string;
}

export interface Project {
  id: string;
  attributes: { name: string; description: string | null; task_project_id: number; created_at: string };
}

export interface Dataset {
  id: string;
  attributes: {
    name: string;
    modality: string;
    status: "pending" | "in_progress" | "completed";
    progress: number;
    entries_total_count: number;
    entries_completed_count: number;
    entries_in_progress_count: number;
  };
}

/** A page of a JSON:API list. */
export interface Records<Kind> {
  data: Kind[];
  links: { next?: string | null };
}

export type TaskStats = Record<"total" | "new" | "completed" | "delivered" | "acknowledged" | "rejected", number>;

export type CallbackState = "owed" | "sending" | "waiting" | "delivered" | "unreachable";

export interface Callback {
  id: string;
  kind: string;
  task_id: string;
  round: number;
  url: string;
  state: CallbackState;
  attempts: number;
  outcome: string | null;
  created_at: string | number;
  updated_at: string | number;
  next_at: string | number | null;
}

export interface Attempt {
  course: number;
  number: number;
  at: string | number;
  milliseconds: number | null;
  status: number | null;
  error: string | null;
  detail: string | null;
  answer: string | null;
}

export interface WaitingContent {
  ContentType: string;
  ContentId: string;
  Since: string;
}

export interface Statistics {
  TotalPositiveFeedbackCount: number;
  TotalNegativeFeedbackCount: number;
  TotalInappropriateFeedbackCount: number;
  ModerationStatus: string;
  InappropriateFeedbackList?: { AuthorId: string | null; ReasonText: string | null; SubmissionTime: string }[];
  Next?: string | null;
}

export interface Counted {
  count: number;
  tasks_reviewed: number;
  tasks_with_errors: number;
  errors_per_task: number | null;
  groups: (Record<string, string | number | null> & { count: number })[];
}

export interface QualityReport extends Counted {
  group_by: string;
  series: (Counted & { date: string })[];
}

export interface Account {
  accountId: number;
  email: string;
}

export interface AuditLine {
  lineId: string;
  at: string;
  accountId: number;
  /** Empty once the account is not there any more. */
  email: string;
  keyId: string;
  action: string;
  about: Record<string, string>;
  /** Why it was refused; empty for what was carried out. */
  outcome: string;
}

export interface AuditPage {
  lines: AuditLine[];
  /** Where the next page begins; empty behind the last one. */
  next: string;
}

/** Work on all of the organization's data, in the background. */
export interface Job {
  state: "running" | "done" | "failed";
  created: string;
  finished: string;
}

export interface DataExport extends Job {
  exportId: string;
  records: Record<string, number>;
}

export interface DataFile {
  name: string;
  url: string;
}

export interface FilePage {
  files: DataFile[];
  next?: string;
}

export interface Erasure extends Job {
  erasureId: string;
  pseudonym: string;
  passes: number;
  found: Record<string, number>;
  waitingFor: string;
  error: string;
}

/** In days; 0 for good. */
export type Periods = Record<"translationFeedback" | "callbacks" | "contentAuthors", number>;

export interface Retention extends Periods {
  runs: { created: string; state: Job["state"]; ended: Record<string, number> }[];
}
