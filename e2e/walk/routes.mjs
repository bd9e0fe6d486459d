// Every page of the router, in both languages, for every role, with and without JavaScript.

import { isShownAlready, visit } from "./look.mjs";
import { leftOut, tried } from "./tally.mjs";

export const ROLES = [
  "organisation-administrator",
  "user-administrator",
  "rights-administrator",
  "registrant",
  "helpdesk",
  "technical-administrator",
  "auditor",
  "manager",
  "employee",
];
const LANGUAGES = ["da", "en"];
/** Examples of one kind of page that the first role looks at; the others look at the first of them. */
const EXAMPLES = 4;

/** Addresses that lead on: they are followed, not looked at. */
const LEADS_ON = new Set(["/language/{code}", "/sign-in/{secret}"]);

/** What a role may see where it has to do with it, and these examples it has not: they are not there for it. */
const NOT_THEIRS = { "/rights/attestation/{id}": "employee" };

export const isPage = (route) => route.method === "page" && !LEADS_ON.has(route.path);

/** Signs somebody in; the two windows share the session, and one of them runs no scripts. */
export async function enter(browser, installation, role, name) {
  const withScripts = await browser.newContext({ locale: "da-DK" });
  const page = await withScripts.newPage();
  await page.goto(await installation.signInLink(role, name));
  const storageState = await withScripts.storageState();
  const without = await browser.newContext({ storageState, javaScriptEnabled: false, locale: "da-DK" });
  const plain = await without.newPage();
  const leave = () => Promise.all([withScripts.close(), without.close()]);
  return { role, page, plain, request: withScripts.request, origin: installation.origin, leave };
}

/** Follows the links of pages to find real addresses for the variable parts of routes. */
export async function findAddresses(visitor, routes, known = []) {
  const found = new Map(routes.filter(isPage).map((route) => [route.path, new Set()]));
  const fixed = routes.filter((route) => isPage(route) && !route.path.includes("{")).map((route) => route.path);
  const waiting = [...fixed, ...known];
  const seen = new Set();
  while (waiting.length > 0) {
    const address = waiting.shift();
    const route = routeOf(routes, address.split("?")[0]);
    if (seen.has(address) || !route || found.get(route.path).size >= EXAMPLES) continue;
    seen.add(address);
    const answer = await visitor.request.get(visitor.origin + address);
    if (!answer.ok()) continue;
    found.get(route.path).add(address);
    const links = (await answer.text()).matchAll(/href="(\/[^"#]*)["#]/g);
    for (const [, link] of links) waiting.push(link.replace(/&(amp|#38);/g, "&"));
  }
  return found;
}

/** Written-out parts win over variable ones, as in the router. */
function routeOf(routes, address) {
  const fits = (route) =>
    new RegExp(`^${route.path.replace(/\{\w+\}/g, "[^/]+")}$`).test(address) && route.method !== "form";
  const fitting = routes.filter(fits).sort((one, other) => one.path.split("{").length - other.path.split("{").length);
  return fitting[0] && isPage(fitting[0]) ? fitting[0] : undefined;
}

/** Walks one installation in one state with every role. */
export async function walk(browser, installation, state, routes, addresses, mayLack) {
  const began = Date.now();
  for (const [path, found] of addresses) {
    if (found.size > 0) continue;
    if (mayLack(path)) leftOut(`${state}: ${path}`, "nothing of that kind exists in this state");
    else tried(`${state}: ${path}`, ["the walk found no address of that kind"]);
  }
  // The administrator sees most, so what others see exactly the same is examined once.
  await walkAs(browser, installation, state, routes, addresses, ROLES[0], EXAMPLES);
  const waiting = ROLES.slice(1);
  const work = async () => {
    while (waiting.length > 0) await walkAs(browser, installation, state, routes, addresses, waiting.shift(), 1);
  };
  await Promise.all([work(), work()]);
  console.log(`${state}: walked in ${Math.round((Date.now() - began) / 1000)} seconds`);
}

async function walkAs(browser, installation, state, routes, addresses, role, examples) {
  const visitor = await enter(browser, installation, role);
  for (const language of LANGUAGES) {
    await chooseLanguage(visitor, language);
    const titles = new Map();
    for (const route of routes.filter(isPage)) {
      const some = [...addresses.get(route.path)].slice(0, examples);
      for (const address of some) await lookAt(visitor, { state, language, route, address, titles });
    }
  }
  await refusals(visitor, state, routes, addresses);
  await visitor.leave();
}

async function chooseLanguage(visitor, language) {
  for (const page of [visitor.page, visitor.plain]) await page.goto(`${visitor.origin}/language/${language}?to=/sign-in`);
}

async function lookAt(visitor, { state, language, route, address, titles }) {
  const status = route.roles.includes(visitor.role) ? (NOT_THEIRS[route.path] === visitor.role ? 404 : 200) : 403;
  // A page that is refused is the same page everywhere; the requests of `refusals` cover the rest.
  if (status === 403 && route.path !== "/") return;
  for (const scripts of [true, false]) {
    const page = scripts ? visitor.page : visitor.plain;
    const name = `${state}: ${address} ${language} ${visitor.role} ${scripts ? "with" : "without"} JavaScript`;
    if (!scripts && visitor.role !== ROLES[0] && (await isShownAlready(visitor.request, visitor.origin + address))) {
      tried(name, []);
      continue;
    }
    const problems = await visit(page, visitor.origin + address, { status, language, scripts }).catch((error) => [
      String(error.message),
    ]);
    const title = await page.title();
    if ((titles.get(title) ?? route.path) !== route.path) {
      problems.push(`the title "${title}" is also that of ${titles.get(title)}`);
    }
    titles.set(title, route.path);
    tried(name, problems);
  }
}

/** Whoever may not is refused, by every page and every download. */
async function refusals(visitor, state, routes, addresses) {
  for (const route of routes.filter((one) => one.method !== "form" && !one.roles.includes(visitor.role))) {
    const [found] = addresses.get(route.path) ?? [];
    const address = found ?? route.path.replace(/\{\w+\}/g, "1");
    const answer = await visitor.request.get(visitor.origin + address);
    tried(
      `${state}: ${address} refuses ${visitor.role}`,
      answer.status() === 403 ? [] : [`status ${answer.status()} instead of 403`],
    );
  }
}
