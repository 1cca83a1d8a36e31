// @ts-check
/** What an application asks of the sample of SuperOffice: its pack, and the license file of Nordlys Kraft AS. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { licensing, open, Refusal } from "licensekit-reader";
import { consequences, judgeChange, notices } from "licensekit-reader/administration";

const TOP = new URL("../../../../", import.meta.url);
const PIN = "lkroot1-dfhf2qlmtshobifzsdzgu6heyyped454nqvgfjgp2zapb63mqxmq";
const reader = await open(PIN, await readFile(new URL("keys/superoffice-crm.lkp", TOP)));
await reader.take(await readFile(new URL("samples/superoffice/nordlys-kraft.lic", TOP)), at("2026-11-01T00:00:01Z"));

/** @param {string} time */
function at(time) {
  return Date.parse(time) / 1000;
}

/**
 * @param {string} id
 * @param {string[]} licenses of which each has slot 1 unless it is written `code:slot`
 * @param {Partial<import("licensekit-reader").User>} [changes]
 * @returns {import("licensekit-reader").User}
 */
function user(id, licenses, changes = {}) {
  const assigned = licenses
    .map((written) => written.split(":"))
    .map(([license = "", slot = "1"]) => ({ license, slot: Number(slot) }));
  const usual = {
    kind: /** @type {const} */ ("associate"),
    can_log_in: true,
    administrator: false,
    retired: false,
    groups: [],
  };
  return { id, ...usual, licenses: assigned, ...changes };
}

const NOW = at("2027-01-01T12:00:00Z");
/** The term ends with 2036-10-31, grace with 2036-11-30. */
const IN_GRACE = at("2036-11-01T00:00:00Z");
const AFTER_GRACE = at("2036-12-01T00:00:00Z");

/** @param {string} code */
const refusedWith = (code) => (/** @type {unknown} */ error) => error instanceof Refusal && error.code === code;

test("a system license is had while its bundle works, and read after grace", () => {
  for (const now of [NOW, IN_GRACE, AFTER_GRACE - 1]) assert.equal(licensing(reader, { now }).access("server"), "full");
  const after = licensing(reader, { now: AFTER_GRACE });
  assert.equal(after.access("server"), "read");
  assert.equal(after.allows("server"), false);
  assert.equal(after.allows("server", "read"), true);
  assert.deepEqual(after.why("server"), { reason: "expired", code: "bundle-not-in-force" });
});

test("no access is at least a word that is none, as a program without types may pass it", () => {
  const write = /** @type {"full"} */ (/** @type {string} */ ("write"));
  assert.equal(licensing(reader, { now: NOW }).allows("server", write), false);
});

test("a user of the application's own holds what is passed, and what that includes", () => {
  const licensed = licensing(reader, { now: NOW });
  const anna = licensed.user("anna", { licenses: ["sales-pro"] });
  assert.equal(anna.allows("quote-cal"), true);
  assert.equal(anna.allows("service-client"), false);
  assert.equal(anna.access("sale"), "full", "the license that completes it is included");
  assert.equal(
    licensed.user("bob", { licenses: [] }).access("sale"),
    "read",
    "it comes with a plan that was sold to somebody",
  );
  assert.deepEqual(licensed.user("bob", { licenses: [] }).why("sale"), {
    reason: "not-assigned",
    code: "full-with-another",
  });
});

test("a user of the installation is served by slot", () => {
  const users = [
    user("anna", ["sales-pro:25"]),
    user("bob", ["sales-pro:26"]),
    user("carl", ["sales-pro:1"], { retired: true }),
  ];
  const licensed = licensing(reader, { now: NOW, users });
  assert.deepEqual(
    licensed.user("anna").served.map(({ license, access }) => [license, access]),
    [["sales-pro", "full"]],
  );
  assert.equal(licensed.user("bob").allows("quote-cal"), false);
  assert.deepEqual(licensed.user("bob").why("quote-cal"), { reason: "beyond-sold", code: "beyond-sold" });
  assert.equal(licensed.user("carl").why("server").reason, "retired");
  assert.equal(licensed.user("dora").why("server").reason, "unknown-user");
  assert.deepEqual(licensed.count("sales-pro"), { total: 25, in_use: 26 });
});

test("every reason against a login is given", () => {
  const users = [
    user("anna", ["sales-pro", "windows"]),
    user("bob", ["windows:2"], { can_log_in: false, kind: "external" }),
  ];
  const events = [
    { number: 7, kind: "no-login", scope: /** @type {const} */ ("user"), subject: "bob", message: "back at noon" },
  ];
  const licensed = licensing(reader, { now: NOW, users, events });
  assert.deepEqual(licensed.user("anna").mayLogin("windows"), { allowed: true, reasons: [] });
  assert.deepEqual(licensed.user("bob").mayLogin("windows").reasons, [
    { code: "event", event: 7 },
    { code: "kind" },
    { code: "login-off" },
    { code: "not-held", license: "user" },
  ]);
  assert.equal(
    licensing(reader, { now: AFTER_GRACE, users }).user("anna").mayLogin("windows").allowed,
    true,
    "read is enough",
  );
});

test("coverage and days left are those of the part base", () => {
  const licensed = licensing(reader, { now: NOW });
  assert.equal(licensed.status, "active");
  assert.equal(licensed.coveredUntil, "2036-10-31");
  assert.equal(licensing(reader, { now: at("2036-10-31T23:59:59Z") }).base.days_left, 0);
  assert.equal(licensing(reader, { now: IN_GRACE }).base.days_left, 29);
  assert.equal(licensing(reader, { now: AFTER_GRACE }).coveredUntil, null);
});

test("an evaluation is right until its day ends, and the next one knows better", () => {
  const last = licensing(reader, { now: AFTER_GRACE - 1 });
  assert.equal(last.validUntil, AFTER_GRACE);
  assert.equal(last.status, "grace");
  assert.equal(licensing(reader, { now: last.validUntil }).status, "expired");
});

test("without a time, the clock is read once", () => {
  const before = Math.floor(Date.now() / 1000);
  const { now } = licensing(reader);
  assert.ok(now >= before && now <= Date.now() / 1000);
});

test("a code that is no license is a mistake, one of a partner who is not installed is not", () => {
  const licensed = licensing(reader, { now: NOW });
  for (const code of ["serve", "superoffice.serve", "", "a.b.c", "Server", "constructor"]) {
    assert.throws(() => licensed.allows(code), refusedWith("unknown-code"), code);
  }
  assert.throws(() => licensed.allows("sales-pro"), refusedWith("wrong-kind"));
  assert.equal(licensed.access("partner.maps"), "none");
  assert.deepEqual(licensed.why("partner.maps"), { reason: "not-installed", code: "issuer-absent" });
});

test("notices name what is surplus", () => {
  const users = [user("anna", ["marketing-pro:12"]), user("bob", ["complete:9"])];
  assert.deepEqual(notices(licensing(reader, { now: NOW, users })), [
    { severity: "error", code: "deficit", license: "complete", release: 1 },
    { severity: "info", code: "used-up", license: "marketing-pro" },
  ]);
});

test("a change of assignments is refused with the code of its rule", () => {
  const users = [user("anna", ["sales-pro", "quote-cal"]), user("bob", [])];
  const licensed = licensing(reader, { now: NOW, users });
  judgeChange({ user: "bob", assign: ["quote-cal", "service-pro"] }, licensed);
  judgeChange({ user: "anna", assign: ["complete"], release: ["sales-pro"] }, licensed);
  assert.throws(() => judgeChange({ user: "anna", assign: ["complete"] }, licensed), refusedWith("plan-held"));
  assert.throws(
    () => judgeChange({ user: "bob", assign: ["quote-cal"] }, licensed),
    refusedWith("requirement-missing"),
  );
  assert.throws(() => judgeChange({ user: "anna", release: ["sales-pro"] }, licensed), refusedWith("still-required"));
});

test("consequences name the licenses that turn read-only when grace ends", () => {
  const { losses, logins } = consequences([], licensing(reader, { now: NOW, users: [] }));
  assert.deepEqual(
    losses.map(({ at, access }) => [at, access]),
    [["2036-12-01T00:00:00Z", "read"]],
  );
  assert.ok(losses[0]?.licenses.includes("server"));
  assert.deepEqual(
    logins.map(({ people }) => people),
    [0, 0],
  );
});
