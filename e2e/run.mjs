// The walk: Chromium through every page of the console, against the real program and its emulator.
//
// LOKALID_BINARY names the program. The list of pages comes from the program's own router, so a new page is walked
// without anybody thinking of it. Three states are walked: an installation that nothing has happened to, a
// municipality after two days of work, and the same one when MitID Erhverv and its source both fail. The last line says
// how many things passed, failed and were left out.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { chromium } from "playwright-core";

import * as clicks from "./walk/clicks.mjs";
import { demo, routes as readRoutes, stopAll, untouched } from "./walk/installation.mjs";
import { examinationsMade } from "./walk/look.mjs";
import * as rights from "./walk/rights.mjs";
import { enter, findAddresses, walk } from "./walk/routes.mjs";
import { finish, test } from "./walk/tally.mjs";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const PEOPLE = 60;

for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => stopAll().then(() => process.exit(1)));
process.exitCode = await main();

async function main() {
  const routes = await readRoutes();
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  const browser = await chromium.launch({ executablePath, headless: true, args: FLAGS });
  try {
    await test("the walk through an untouched installation", () => empty(browser, routes));
    await test("the walk through a municipality at work and in trouble", () => atWork(browser, routes));
  } finally {
    await browser.close();
    await stopAll();
  }
  console.log(`${examinationsMade()} pages looked different and were each examined by axe`);
  return finish();
}

async function empty(browser, routes) {
  const installation = await untouched();
  const addresses = await known(browser, installation, routes, []);
  await walk(browser, installation, "empty", routes, addresses, (path) => path.includes("{"));
  await installation.stop();
  await installation.discard();
}

async function atWork(browser, routes) {
  const installation = await demo(PEOPLE);
  await clicks.signInOnce(browser, installation);
  const byHand = await clicks.addByHand(browser, installation);
  await editedElsewhere(installation);
  const jobs = await clicks.nextDay(browser, installation);
  await clicks.searchAndSuspend(browser, installation);
  await rights.ruleToRight(browser, installation);
  const requests = await clicks.askAndApprove(browser, installation);
  const reviews = await rights.reviewOnAPhone(browser, installation);
  jobs.push(await massDeparture(browser, installation));
  const typical = await known(browser, installation, routes, [...requests, ...reviews, ...byHand, ...jobs]);
  const [plan] = [...typical.get("/plans/{id}")];
  await clicks.auditorApprovesNothing(browser, installation, plan);
  await clicks.languageAndLogOff(browser, installation);
  await walk(browser, installation, "typical", routes, typical, () => false);

  const failed = await everythingFails(browser, installation);
  const error = await known(browser, installation, routes, [...requests, ...reviews, ...failed, ...byHand]);
  await walk(browser, installation, "error", routes, error, () => false);
  await installation.tellEmulator("PUT", "/_emulator/faults", []);
  await installation.stop();
  await installation.discard();
}

async function known(browser, installation, routes, some) {
  const visitor = await enter(browser, installation, "organisation-administrator");
  const addresses = await findAddresses(visitor, routes, some);
  await visitor.leave();
  return addresses;
}

/** Somebody suspends a user in the portal, and another user is made there: a question, and one that is unmanaged. */
async function editedElsewhere(installation) {
  const { cvr, employees } = await installation.emulated();
  const [suspended, activated] = employees;
  const portal = (action, { uuid }) =>
    installation.tellEmulator("POST", "/_emulator/portal", { organisation: cvr, action, uuid });
  await portal("activate", activated);
  await portal("activate", suspended);
  await portal("suspend", suspended);
  const stranger = {
    uuid: "00000000-0000-4000-8000-000000009001",
    id: 900_001,
    status: "Active",
    givenName: "Poul",
    surname: "Ravnsborg",
    emailAddress: "poul@norreby.example",
  };
  await installation.tellEmulator("POST", "/_emulator/seed", { organisation: cvr, employees: [stranger] });
}

/** So many leave at once that the guard holds the plan. */
async function massDeparture(browser, installation) {
  const file = join(installation.folder, "people.csv");
  const lines = (await readFile(file, "utf8")).trimEnd().split("\n");
  await writeFile(file, `${lines.slice(0, lines.length - 12).join("\n")}\n`);
  return clicks.makePlan(browser, installation);
}

/** The source is broken, MitID Erhverv answers nothing but faults, and just then somebody must be suspended. */
async function everythingFails(browser, installation) {
  await writeFile(join(installation.folder, "people.csv"), "brugernavn;cpr\nikke;et cpr-nummer;og for mange\n");
  const jobs = [await clicks.makePlan(browser, installation, clicks.FAILED)];
  await installation.tellEmulator("PUT", "/_emulator/faults", [{ operation: "*", kind: "status_500", rate: 1 }]);
  jobs.push(await clicks.testConnection(browser, installation));
  return [...jobs, ...(await clicks.suspendInTrouble(browser, installation))];
}
