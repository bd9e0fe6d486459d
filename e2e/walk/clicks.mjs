// What people do, with real clicks, and what comes of it in the emulated MitID Erhverv.

import { until } from "./installation.mjs";
import { examine, visit } from "./look.mjs";
import { enter } from "./routes.mjs";
import { hold, test } from "./tally.mjs";

export const FAILED = '.badge-error[data-progress="state"]';
const DONE = '.badge-success[data-progress="state"]';

export async function signInOnce(browser, installation) {
  await test("a sign-in link opens the overview once", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(installation.link);
    hold(new URL(page.url()).pathname === "/", `it led to ${page.url()}`);
    const other = await (await browser.newContext()).newPage();
    const problems = await visit(other, installation.link, { status: 403, language: "da", scripts: true });
    hold(problems.length === 0, problems.join("\n"));
    hold((await other.locator('[role="alert"]').count()) === 1, "the refusal is not announced");
    await Promise.all([context.close(), other.context().close()]);
  });
}

export async function searchAndSuspend(browser, installation) {
  const visitor = await enter(browser, installation, "helpdesk");
  const { page } = visitor;
  const { employees } = await installation.emulated();
  const wanted = employees.findLast((one) => one.status === "Active" && one.cprNumber);
  const name = `${wanted.givenName} ${wanted.surname}`;
  await test("a person is found by e-mail address and opened", async () => {
    await page.fill("#q", wanted.emailAddress);
    await page.click(".button-search");
    await page.click(`th a:has-text("${name}")`);
    hold((await page.textContent("h1")).includes(name), `the page is "${await page.title()}"`);
  });
  await test("a suspension reaches MitID Erhverv, and the page says so", async () => {
    await page.selectOption("#cause", "lost");
    await page.fill("#suspend #why, form[action$='/suspend'] #why", "ringede selv");
    await page.click("form[action$='/suspend'] button");
    await until("the user is suspended there", async () => {
      const { employees } = await installation.emulated();
      return employees.find((one) => one.uuid === wanted.uuid).status === "Suspended";
    });
    hold((await page.textContent("main")).includes("Mistet telefon eller nøgle"), "the reason is not shown");
    const problems = await examine(page);
    hold(problems.length === 0, problems.join("\n"));
  });
  await visitor.leave();
  return wanted;
}

/** Somebody who is written by hand, because only such people can be edited. */
export async function addByHand(browser, installation) {
  const visitor = await enter(browser, installation, "user-administrator");
  const { page } = visitor;
  const made = await test("a person is written by hand, and what is missing is said first", async () => {
    await page.goto(`${visitor.origin}/people/new`);
    await page.fill("#given-name", "Liv");
    await page.fill("#email", "liv");
    await page.evaluate(() => (document.querySelector("main form").noValidate = true));
    await page.click("main form button[type=submit]");
    hold((await page.title()).startsWith("Fejl:"), `the title is "${await page.title()}"`);
    const problems = await examine(page);
    hold(problems.length === 0, problems.join("\n"));
    await page.fill("#surname", "Håndskreven");
    await page.fill("#user-name", "livh");
    await page.fill("#email", "liv@norreby.example");
    await page.click("main form button[type=submit]");
    hold((await page.textContent("h1")).includes("Liv Håndskreven"), `the page is "${await page.title()}"`);
    return new URL(page.url()).pathname;
  });
  await visitor.leave();
  return made ? [made, `${made}/edit`] : [];
}

/** Presses a button that starts work, sees its progress to the end, and says where that was shown. */
export async function followJob(page, button, done = DONE) {
  await page.click(button);
  const { pathname } = new URL(page.url());
  hold(/^\/jobs\/\d+$/.test(pathname), `it led to ${page.url()}`);
  await until("the work is finished", () => page.locator(done).count());
  return pathname;
}

export async function nextDay(browser, installation) {
  const visitor = await enter(browser, installation, "organisation-administrator");
  const before = new Set((await installation.emulated()).employees.map((one) => one.uuid));
  const jobs = [];
  for (const [page, how] of [[visitor.page, "with"], [visitor.plain, "without"]]) {
    await test(`the next day comes and its progress is followed ${how} JavaScript`, async () => {
      await page.goto(visitor.origin);
      jobs.push(await followJob(page, "form[action='/demo/next-day'] button"));
    });
  }
  await test("two days bring six new people", async () => {
    const joined = (await installation.emulated()).employees.filter((one) => !before.has(one.uuid));
    hold(joined.length >= 6, `only ${joined.length} came`);
  });
  await visitor.leave();
  return jobs;
}

/** Makes a plan from the console; the guard may hold what is in it. */
export async function makePlan(browser, installation, done) {
  const visitor = await enter(browser, installation, "user-administrator");
  await visitor.page.goto(`${visitor.origin}/plans`);
  const job = await followJob(visitor.page, "form[action='/plans'] button", done);
  await visitor.leave();
  return job;
}

/** Tries the connection while MitID Erhverv answers nothing but faults, and follows that to its end. */
export async function testConnection(browser, installation) {
  const visitor = await enter(browser, installation, "technical-administrator");
  await visitor.page.goto(`${visitor.origin}/settings`);
  const job = await followJob(visitor.page, "form[action='/settings/test'] button", FAILED);
  await visitor.leave();
  return job;
}

/** Suspends somebody whom MitID Erhverv cannot stop at the moment. */
export async function suspendInTrouble(browser, installation) {
  const visitor = await enter(browser, installation, "organisation-administrator");
  const { page } = visitor;
  const address = await test("a suspension that does not get through waits in the outbox", async () => {
    await page.goto(`${visitor.origin}/people?status=active`);
    await page.click("tbody th a");
    await page.fill("form[action$='/suspend'] #why", "meldt misbrugt");
    await page.click("form[action$='/suspend'] button");
    const operation = page.locator("main a[href^='/outbox/']").first();
    await until("its operation is shown", async () => (await page.reload()) && operation.count());
    return operation.getAttribute("href");
  });
  const person = new URL(page.url()).pathname;
  await visitor.leave();
  return address ? [address, person] : [person];
}

/** An employee asks for a bundle, and the manager approves. */
export async function askAndApprove(browser, installation) {
  const employee = await enter(browser, installation, "employee");
  const address = await test("an employee asks for a bundle, and what is missing is said first", async () => {
    const { page } = employee;
    hold(new URL(page.url()).pathname === "/rights/requests", `the link led to ${page.url()}`);
    await page.click("main a[href='/rights/requests/new']");
    await page.click("main form button[type=submit]");
    hold((await page.title()).startsWith("Fejl:"), `the title is "${await page.title()}"`);
    const problems = await examine(page);
    hold(problems.length === 0, problems.join("\n"));
    await page.check("input[value=refusion]");
    await page.fill("#why", "passer kontoret i ferien");
    await page.click("main form button[type=submit]");
    return new URL(page.url()).pathname;
  });
  const manager = await enter(browser, installation, "manager");
  await test("the manager finds the request and approves it, but not without a reason declines it", async () => {
    const { page } = manager;
    await page.click(`section[aria-labelledby=yours] a[href='${address}']`);
    await page.click("button[value=decline]");
    hold((await page.title()).startsWith("Fejl:"), `the title is "${await page.title()}"`);
    const problems = await examine(page);
    hold(problems.length === 0, problems.join("\n"));
    await page.click("button[value=approve]");
    hold((await page.locator("main .badge-success").count()) > 0, "the request is not shown as approved");
  });
  await test("a manager says who stands in, and ends it again", async () => {
    const { page } = manager;
    await page.goto(`${manager.origin}/rights/substitutes`);
    const day = (ahead) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
    await page.fill("#stands-in", installation.named.employee.userName);
    await page.fill("#from", day(0));
    await page.fill("#until", day(7));
    await page.click("form[action='/rights/substitutes'] button");
    const problems = await examine(page);
    hold(problems.length === 0, problems.join("\n"));
    await page.click("form[action='/rights/substitutes/end'] button");
    hold((await page.locator("form[action='/rights/substitutes/end']").count()) === 0, "it is not ended");
  });
  await Promise.all([employee.leave(), manager.leave()]);
  return address ? [address] : [];
}

export async function auditorApprovesNothing(browser, installation, plan) {
  const visitor = await enter(browser, installation, "auditor");
  const { page } = visitor;
  await test("an auditor sees a held plan and can approve nothing", async () => {
    await page.goto(visitor.origin + plan);
    hold((await page.locator("form[action$='/decision']").count()) === 0, "the page offers to approve");
    const csrf = await page.inputValue("input[name=csrf] >> nth=0");
    const status = await page.evaluate(
      async ([path, token]) => {
        const body = new URLSearchParams({ csrf: token, why: "ser fint ud", digest: "" });
        return (await fetch(`${path}/decision`, { method: "POST", body })).status;
      },
      [plan, csrf],
    );
    hold(status === 403, `status ${status} instead of 403`);
  });
  await visitor.leave();
}

export async function languageAndLogOff(browser, installation) {
  const visitor = await enter(browser, installation, "auditor");
  const { page } = visitor;
  await test("the language is switched where one is, and stays", async () => {
    await page.goto(`${visitor.origin}/people?status=active`);
    await page.click(".portal-user a[hreflang=en]");
    hold(page.url().endsWith("/people?status=active"), `it led to ${page.url()}`);
    await page.goto(`${visitor.origin}/log`);
    hold((await page.getAttribute("html", "lang")) === "en", "the next page is Danish again");
  });
  await test("who logs off is out, in every window", async () => {
    await page.click(".portal-user .log-off");
    for (const window of [page, visitor.plain]) {
      await window.goto(`${visitor.origin}/people`);
      hold(new URL(window.url()).pathname === "/sign-in", `${window.url()} still opens`);
    }
  });
  await visitor.leave();
}
