/** What an application does with a reader: files, what is kept, and injected algorithms. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { open, Refusal } from "licensekit-reader";

const TOP = new URL("../../../../", import.meta.url);
const PIN = "lkroot1-dfhf2qlmtshobifzsdzgu6heyyped454nqvgfjgp2zapb63mqxmq";
const PACK = await readFile(new URL("keys/superoffice-crm.lkp", TOP));
const FILE = await readFile(new URL("samples/superoffice/nordlys-kraft.lic", TOP), "utf8");
/** A second after the file was issued. */
const NOW = Date.parse("2026-11-01T00:00:01Z") / 1000;

const refusedWith = (code) => (error) => error instanceof Refusal && error.code === code;

test("a file that is taken brings its bundle", async () => {
  const reader = await open(PIN, PACK);
  const [bundle] = await reader.take(FILE, NOW);
  assert.equal(bundle.document.company, "Nordlys Kraft AS");
  assert.deepEqual(
    reader.bundles.map(({ identity }) => identity),
    [bundle.identity],
  );
});

test("a file that is refused changes nothing", async () => {
  const reader = await open(PIN, PACK);
  const before = reader.kept();
  await assert.rejects(
    reader.take(FILE.replace("lk1-bundle.AQE", "lk1-bundle.AQI"), NOW),
    refusedWith("frame-invalid"),
  );
  await assert.rejects(reader.take(FILE, NOW - 86402), refusedWith("issued-ahead"));
  assert.deepEqual(reader.kept(), before);
});

test("what was kept goes through JSON and comes back", async () => {
  const reader = await open(PIN, PACK);
  await reader.take(FILE, NOW);
  const again = await open(PIN, PACK, { kept: JSON.parse(JSON.stringify(reader.kept())) });
  assert.equal(again.keptRefusal, null);
  assert.deepEqual(again.kept(), reader.kept());
  assert.deepEqual(again.bundles, reader.bundles);
});

test("a bundle that was altered where it is kept is not there", async () => {
  const reader = await open(PIN, PACK);
  await reader.take(FILE, NOW);
  const { documents, seen } = reader.kept();
  const altered = documents.map((token) => token.replace(/^(lk1-bundle\..{60})./, "$1/"));
  const again = await open(PIN, PACK, { kept: { documents: altered, seen } });
  assert.deepEqual(again.bundles, []);
});

test("floors above the pack refuse what was kept, and are not lost", async () => {
  const kept = { documents: [], seen: { trust: { version: [1, 9], identity: "00".repeat(16) } } };
  const reader = await open(PIN, PACK, { kept });
  assert.equal(reader.keptRefusal.code, "rollback");
  assert.deepEqual(reader.kept(), kept);
  await assert.rejects(reader.take(FILE, NOW), refusedWith("rollback"));
});

test("files that are taken at the same time are taken one after the other", async () => {
  const reader = await open(PIN, PACK);
  const taken = await Promise.allSettled([reader.take(FILE, NOW), reader.take("", NOW), reader.take(FILE, NOW)]);
  assert.deepEqual(
    taken.map(({ status }) => status),
    ["fulfilled", "rejected", "fulfilled"],
  );
  assert.equal(reader.bundles.length, 1);
});

test("an injected Ed25519 is the one that decides", async () => {
  await assert.rejects(open(PIN, PACK, { ed25519: () => false }), refusedWith("signature-invalid"));
});
