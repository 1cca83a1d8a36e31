/** The question `evaluate` of the conformance kit. */

import { consequences, judgeChange, notices } from "./administration.js";
import { readTokens } from "./armor.js";
import { type Answer, floorOf, type Given, openGround } from "./asks.js";
import type { Believed, Held, Token } from "./believed.js";
import type { Bundle } from "./documents.js";
import { takeFile } from "./files.js";
import { type Entitled, type Licensing, licensing, type Source } from "./licensing.js";
import { orRefusal, Refusal } from "./refusal.js";
import type { Algorithms } from "./signatures.js";
import { identityOfToken, judge } from "./verification.js";
import { numberOf } from "./write.js";

type Question = Given;

/** What answers a question, by what it is about; `adds` are bundles that are not activated yet. */
const ANSWERS: Readonly<
  Record<string, (licensing: Licensing, question: Question, adds: readonly Held<Bundle>[]) => object>
> = {
  parts: (all) => all.parts(),
  access: (all, question) => ({ access: holder(all, question).access(question["code"]) }),
  why: (all, question) => holder(all, question).why(question["code"], question["at_least"]),
  count: (all, { code }) => all.count(code),
  served(all, { user, site }) {
    const { served } = user === undefined ? all.site(site) : all.user(user);
    return { licenses: served.map(({ license, access }) => ({ license, access })) };
  },
  login: (all, { user, way, site }) => all.user(user, { site }).mayLogin(way),
  setting: (all, { code }) => ({ value: all.setting(code) }),
  meter: (all, { code }) => all.meter(code),
  coverage: (all) => ({ coverage: all.coverage() }),
  base: (all) => all.base,
  unavailable: (all, { function: name, user, site }) => ({
    events: all.user(user, { site, licenses: [] }).unavailable(name),
  }),
  assign(all, { user, site, assign, release }) {
    judgeChange({ user, site, assign, release }, all);
    return {};
  },
  consequences: (all, _question, adds) => consequences(adds, all),
  notices: (all) => ({ notices: notices(all) }),
};

/** Return whom a question is about. */
function holder(all: Licensing, { user, site, licenses }: Question): Entitled {
  if (licenses) return all.user(user, { site, licenses });
  if (user !== undefined) return all.user(user, { site });
  return site === undefined ? all : all.site(site);
}

/** Return the answer to a question about what is licensed. */
export async function evaluate(given: Given, algorithms: Algorithms): Promise<Answer> {
  const pack = await openGround(given, algorithms);
  const floor = given["seen"] && floorOf(given["seen"]);
  const believed = floor ? await takeFile(pack, [], { now: null, algorithms }, floor) : pack;
  const { question, bundles, now, released, installation, away_hours, sites, users, events } = given;
  const source: Source = { believed, bundles: await judged(bundles, believed, algorithms) };
  const all = licensing(source, {
    now: numberOf(now, "time"),
    released,
    installation,
    away_hours,
    sites,
    users,
    events,
  });
  return ANSWERS[question.about]!(all, question, await judged(question.adds ?? [], believed, algorithms)) as Answer;
}

/**
 * Return those bundles that pass steps 3 to 8, whatever a clock shows: the others are as if they had never been there.
 * If two tokens have the same payload, the last one counts, in the position of the first.
 */
async function judged(texts: readonly string[], believed: Believed, algorithms: Algorithms): Promise<Held<Bundle>[]> {
  const tokens = new Map<string, Token>();
  for (const text of texts) {
    const [token] = readTokens(text);
    tokens.set(await identityOfToken(token!), token!);
  }
  const held: Held<Bundle>[] = [];
  for (const token of tokens.values()) {
    const bundle = await orRefusal(() => judge(believed, token, "bundle", null, algorithms));
    if (!(bundle instanceof Refusal)) held.push(bundle);
  }
  return held;
}
