// What people do about rights, with real clicks, and what comes of it in the emulated MitID Erhverv.

import { followJob } from "./clicks.mjs";
import { until } from "./installation.mjs";
import { examine } from "./look.mjs";
import { enter } from "./routes.mjs";
import { hold, test } from "./tally.mjs";

const POST = "Digital Post – læs";
const HEALTH = "Sundhedsfagligt opslag";
const TITLE = "Pædagog";
/** As many as a manager should get through on a phone. */
const PEOPLE = 25;
const PHONE = { width: 360, height: 740 };

/** A rule is written, another one narrowed, and after somebody else's yes MitID Erhverv is as they say. */
export async function ruleToRight(browser, installation) {
  const author = await enter(browser, installation, "rights-administrator", "Karim Engelbrecht");
  const before = await holders(installation, HEALTH);
  const gains = await test("a rule is written, and its preview says who gains before it is saved", async () => {
    const { page } = author;
    await page.goto(`${author.origin}/rights/rules/new`);
    await page.fill("#name", "Pædagoger slår op");
    await page.selectOption("#bundle", "sundhed");
    await page.fill("#titles", TITLE);
    await page.locator("#preview table").waitFor();
    const gains = await page.locator("#preview table tbody tr").count();
    await page.click("button[value=save]");
    hold((await page.title()).startsWith("Fejl:"), "it was saved without a reason");
    await page.fill("#why", "pædagoger skal kunne slå op");
    await page.click("button[value=save]");
    hold(/^\/rights\/rules\/[a-z-]+$/.test(new URL(page.url()).pathname), `it led to ${page.url()}`);
    return gains;
  });
  await test("whom the rule reaches has the right in MitID Erhverv", () =>
    until("as many more have it as the preview said", async () => {
      const now = await holders(installation, HEALTH);
      return gains > 0 && now.length === before.length + gains;
    }),
  );
  const had = await holders(installation, POST);
  await test("a narrower rule is told to take from many, and waits", async () => {
    const { page } = author;
    await page.goto(`${author.origin}/rights/rules/alle`);
    await page.uncheck("#everyone");
    await page.fill("#titles", TITLE);
    await page.locator("#preview .lk-figure--stop").waitFor();
    await page.fill("#why", "kun pædagoger læser post");
    await page.click("button[value=save]");
  });
  await approveAsSomebodyElse(browser, installation);
  const lost = await test("nobody else has the right in MitID Erhverv", async () => {
    const stillHas = async () => new Set((await holders(installation, POST)).map((one) => one.uuid));
    await until("only those with the title have it", async () => (await stillHas()).size <= before.length + gains);
    const has = await stillHas();
    return had.find((one) => !has.has(one.uuid));
  });
  await test("why somebody does not have a right is told by the rule that nearly fits", async () => {
    const { page } = author;
    await page.goto(`${author.origin}/people?q=${encodeURIComponent(lost.emailAddress)}`);
    await page.click("tbody th a");
    await page.goto(`${page.url()}/rights`);
    await page.selectOption("#right", { label: POST });
    await page.click("form[action$='#asked'] button");
    const answer = await page.locator("section[aria-labelledby=asked] .alert").textContent();
    hold(answer.includes("Alle medarbejdere") && answer.includes(TITLE), `the answer is "${answer.trim()}"`);
    const problems = await examine(page);
    hold(problems.length === 0, problems.join("\n"));
  });
  await author.leave();
}

async function holders(installation, right) {
  const { employees } = await installation.emulated();
  return employees.filter((one) => one.roles.some((role) => role.name === right));
}

async function approveAsSomebodyElse(browser, installation) {
  const approver = await enter(browser, installation, "organisation-administrator");
  const plan = await test("the plan that takes rights waits for a yes", () =>
    until("a plan is held", async () => {
      await approver.page.goto(`${approver.origin}/plans`);
      const link = approver.page.locator("tbody tr:has(.badge-error) a[href^='/plans/']").first();
      return (await link.count()) > 0 && link.getAttribute("href");
    }),
  );
  const author = await enter(browser, installation, "organisation-administrator", "Karim Engelbrecht");
  await test("whoever caused the plan cannot approve it, and somebody else can", async () => {
    await author.page.goto(`${author.origin}${plan}`);
    hold((await author.page.locator("button[value=approve]").count()) === 0, "its author is offered to approve it");
    const { page } = approver;
    await page.goto(`${approver.origin}${plan}`);
    await page.fill("#why", "aftalt med afdelingen");
    await followJob(page, "button[value=approve]");
  });
  await Promise.all([approver.leave(), author.leave()]);
}

/** A review of 25 people on a phone, from its beginning to its report. */
export async function reviewOnAPhone(browser, installation) {
  const administrator = await enter(browser, installation, "rights-administrator");
  const review = await test("a review begins, and all of it is handed to one manager", async () => {
    const { page } = administrator;
    await page.goto(`${administrator.origin}/rights/attestation/new`);
    await page.fill("#name", "Gennemgang, efterår 2026");
    await page.click("button[value=begin]");
    const { pathname } = new URL(page.url());
    const everybody = await page.locator("#from option").evaluateAll((all) => all.map((one) => one.value));
    for (const from of everybody) {
      await page.selectOption("#from", from);
      await page.fill("#to", installation.named.manager.userName);
      await page.click("form[action$='/hand-over'] button");
    }
    return pathname;
  });
  const manager = await enter(browser, installation, "manager");
  const { page } = manager;
  await page.setViewportSize(PHONE);
  await test("a manager finds the review on a phone, and a removal without a reason is refused", async () => {
    await page.goto(`${manager.origin}/rights/attestation`);
    await page.click(`main a[href='${review}']`);
    hold((await page.locator(".lk-review").count()) >= PEOPLE, "there are too few people to look through");
    await page.locator(".lk-review").first().locator("label", { hasText: "Fjern" }).first().click();
    await save(page);
    hold((await page.title()).startsWith("Fejl:"), `the title is "${await page.title()}"`);
    const problems = await examine(page);
    hold(problems.length === 0, problems.join("\n"));
    await page.setViewportSize(PHONE);
    await page.locator(".lk-review .lk-review-why input").first().fill("er flyttet til en anden opgave");
    await save(page);
    hold((await page.locator("main .alert-success").count()) === 1, "it is not said that the answer is saved");
  });
  await test(`${PEOPLE} people are looked through at ${PHONE.width} pixels, one press each`, async () => {
    for (let pressed = 0; pressed < PEOPLE - 1; pressed += 1) {
      await page.locator(".lk-review button[value^=keep-]").first().click();
      const width = await page.evaluate(() => document.scrollingElement.scrollWidth);
      hold(width <= PHONE.width, `${width} pixels wide after ${pressed} people`);
    }
    const answered = await page.locator("main details.details ul li").count();
    hold(answered >= PEOPLE - 1, `${answered} people are looked through`);
  });
  await test("the review is closed, and its report has every answer", async () => {
    await administrator.page.goto(`${administrator.origin}${review}`);
    const report = await administrator.request.get(`${administrator.origin}${review}/report/csv`);
    const lines = (await report.text()).split("\n");
    hold(lines.some((line) => line.includes("er flyttet til en anden opgave")), "the removal is not in the report");
    hold(lines.filter((line) => line.includes(installation.named.manager.name)).length >= PEOPLE, "answers lack a name");
  });
  await Promise.all([administrator.leave(), manager.leave()]);
  return review ? [review] : [];
}

const save = (page) => page.locator(".lk-review-save button").click();
