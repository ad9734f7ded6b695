import assert from "node:assert/strict";
import { test } from "node:test";
import { envelopeProblem, refused } from "../src/problem";

const BODIES = [
  { error: { code: 400, message: "It is", details: "wrong" } },
  { errors: [{ status: "422", title: "Unprocessable", detail: "It is wrong" }] },
  { errors: [{ type: 400, message: "It is wrong" }] },
  { HasErrors: true, Errors: [{ Message: "It is wrong", Code: "ERROR_PARAM_INVALID_PARAMETERS" }] },
];

test("the message of every family is told", () => {
  for (const body of BODIES) assert.equal(refused(400, JSON.stringify(body)).message, "It is wrong");
});

test("each status says what happened and what to do", () => {
  const kinds = { 400: "request", 401: "key", 403: "right", 404: "missing", 422: "request", 429: "busy", 500: "server", 503: "server" };
  for (const [status, kind] of Object.entries(kinds)) {
    const problem = refused(Number(status), "<html>a proxy's page</html>");
    assert.equal(problem.kind, kind);
    assert.ok(problem.message && problem.advice);
    assert.equal(problem.details, "");
  }
});

test("an error under status 200 is one, and a success none", () => {
  const told = (Code: string) => envelopeProblem({ HasErrors: true, Errors: [{ Message: "no", Code }] })?.kind;
  assert.equal(told("ERROR_PARAM_INVALID_API_KEY"), "key");
  assert.equal(told("ERROR_REQUEST_LIMIT_REACHED"), "busy");
  assert.equal(told("ERROR_UNSUPPORTED"), "request");
  assert.equal(envelopeProblem({ HasErrors: false, Errors: [] }), null);
  assert.equal(envelopeProblem({ feedback: [] }), null);
});
