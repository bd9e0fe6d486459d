// Looks at one page as it stands in the browser: what every page must have, axe, and a narrow window.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];
const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 320, height: 640 };

/** Pages that axe has passed already, for roles and modes that are shown exactly the same. */
const examined = new Set();
let examinations = 0;

export const examinationsMade = () => examinations;

/** Opens an address and says everything that is wrong with what comes. */
export async function visit(page, address, { status = 200, language, scripts }) {
  const complaints = listen(page, address);
  const answer = await page.goto(address, { waitUntil: "load" });
  const problems = await look(page, answer, { status, language });
  const html = await answer.text();
  if (!examined.has(appearance(html))) {
    problems.push(...(scripts ? await examine(page) : await examineInert(page, answer, html)));
    if (problems.length === 0) examined.add(appearance(html));
  }
  return problems.concat(complaints());
}

/**
 * An answer without any script is the same page with and without JavaScript. So it is fetched once more, and is shown
 * once more only if it is not to the letter what the window with JavaScript has just shown.
 */
export async function isShownAlready(request, address) {
  const answer = await request.get(address);
  const html = await answer.text();
  return answer.ok() && !/<(no)?script/.test(html) && examined.has(appearance(html));
}

/** What every page must have, whoever sees it. */
export async function look(page, answer, { status, language }) {
  const problems = [];
  const expect = (holds, why) => holds || problems.push(why);
  expect(answer.status() === status, `status ${answer.status()} instead of ${status}`);
  const kind = answer.headers()["content-type"] ?? "";
  expect(kind.startsWith("text/html"), `it is ${kind}`);
  const policy = answer.headers()["content-security-policy"] ?? "";
  expect(policy !== "" && !policy.includes("unsafe"), `content security policy: ${policy}`);
  const seen = await page.evaluate(() => ({
    title: document.title,
    headings: [...document.querySelectorAll("h1")].map((one) => one.textContent.trim()),
    language: document.documentElement.lang,
    mains: document.querySelectorAll("main").length,
    twice: [...document.querySelectorAll("[id]")].map((one) => one.id).filter((id, at, all) => all.indexOf(id) < at),
  }));
  expect(/\S+ – Lokalid$/.test(seen.title), `title "${seen.title}"`);
  expect(seen.headings.length === 1 && seen.headings[0] !== "", `h1: ${JSON.stringify(seen.headings)}`);
  expect(seen.language === language, `language ${seen.language} instead of ${language}`);
  expect(seen.mains === 1, `${seen.mains} main landmarks`);
  expect(seen.twice.length === 0, `ids used twice: ${seen.twice.join(", ")}`);
  return problems;
}

/** axe with everything unfolded, then the same page in the narrowest window that must do. */
export async function examine(page) {
  examinations += 1;
  await page.setViewportSize(WIDE);
  await page.evaluate(() => document.querySelectorAll("main details").forEach((one) => (one.open = true)));
  await page.evaluate(axe);
  const violations = await page.evaluate(
    (values) => window.axe.run(document, { runOnly: { type: "tag", values } }).then((result) => result.violations),
    STANDARD,
  );
  const problems = violations.map((one) => {
    const places = one.nodes.slice(0, 3).map((node) => `${node.target.join(" ")}: ${node.html.slice(0, 160)}`);
    return `axe ${one.id} (${one.impact}): ${one.help}; ${places.join(" | ")}`;
  });
  await page.setViewportSize(NARROW);
  const width = await page.evaluate(() => document.scrollingElement.scrollWidth);
  if (width > NARROW.width) problems.push(`${width} pixels wide in a window of ${NARROW.width}`);
  await page.setViewportSize(WIDE);
  return problems;
}

/**
 * axe needs timers, which a page without JavaScript has not. So the very same answer is shown once more in a window
 * where only axe runs.
 */
async function examineInert(page, answer, html) {
  const context = await page.context().browser().newContext();
  try {
    const other = await context.newPage();
    await other.route("**/*.js", (route) => route.abort());
    await other.route(answer.url(), (route) =>
      route.fulfill({ status: answer.status(), contentType: "text/html; charset=utf-8", body: html }),
    );
    await other.goto(answer.url(), { waitUntil: "load" });
    return await examine(other);
  } finally {
    await context.close();
  }
}

/** What of an answer decides how it looks: not the session's token, not who is signed in, not how long ago. */
function appearance(html) {
  return html
    .replace(/name="csrf" value="[^"]*"/g, "")
    .replace(/<p class="user">.*?<\/p>/gs, "")
    .replace(/\d+ (sekund|minut|second)/g, "$1");
}

/** Collects what the browser complains about: scripts, the security policy, missing files. */
function listen(page, address) {
  const heard = [];
  const onConsole = (message) => {
    const status = message.location().url === address && message.text().startsWith("Failed to load resource");
    if (message.type() === "error" && !status) heard.push(`console: ${message.text()}`);
  };
  const onError = (error) => heard.push(`script: ${error.message}`);
  page.on("console", onConsole);
  page.on("pageerror", onError);
  return () => {
    page.off("console", onConsole);
    page.off("pageerror", onError);
    return heard;
  };
}
