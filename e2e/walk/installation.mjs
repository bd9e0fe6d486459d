// Starts and stops the real program in folders of its own, and talks to the emulator's control port.

import { execFile, spawn } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const run = promisify(execFile);
const binary = process.env.LOKALID_BINARY ?? "target/debug/lokalid";
const running = new Set();

/** The table that the console's router is made from. */
export async function routes() {
  return JSON.parse((await run(binary, ["routes"])).stdout);
}

/** A municipality of invented people, synchronised once, with its emulator. */
export async function demo(people) {
  const folder = await newFolder();
  const port = await freePort();
  const child = start(["demo", "--dir", folder, "--people", String(people), "--port", String(port)]);
  const control = await child.says(/^MitID Erhverv \(emulated\): (\S+)$/);
  const link = await child.says(/^Console: (\S+)$/);
  const named = await anEmployeeAndTheirManager(join(folder, "people.csv"));
  return installation(folder, join(folder, "lokalid.toml"), `http://localhost:${port}`, child, { control, link, named });
}

/** An installation before its first contact: a source without people, and MitID Erhverv never read. */
export async function untouched() {
  const folder = await newFolder();
  const port = await freePort();
  await run(binary, ["demo", "--once", "--dir", folder, "--people", "1"]);
  const config = join(folder, "untouched.toml");
  const text = await readFile(join(folder, "lokalid.toml"), "utf8");
  const headings = (await readFile(join(folder, "people.csv"), "utf8")).split("\n")[0];
  // The checkpoints would tell of a database that was lost.
  const filter = (file) => !file.endsWith("checkpoints.jsonl");
  await cp(join(folder, "keys"), join(folder, "untouched-keys"), { recursive: true, filter });
  await writeFile(join(folder, "untouched.csv"), `${headings}\n`);
  await writeFile(
    config,
    text
      .replace("sqlite:lokalid.db", "sqlite:untouched.db")
      .replace('keys = "keys"', 'keys = "untouched-keys"')
      .replace("keys/checkpoints.jsonl", "untouched-keys/checkpoints.jsonl")
      .replace("people.csv", "untouched.csv")
      .replace("http://localhost:8080", `http://localhost:${port}`),
  );
  const child = start(["--config", config, "serve"]);
  const origin = `http://localhost:${port}`;
  await until("the console answers", () => fetch(`${origin}/sign-in`).then((answer) => answer.ok, () => false), child);
  return installation(folder, config, origin, child, {});
}

/** Two of the people: somebody who has a manager, and that manager. */
async function anEmployeeAndTheirManager(file) {
  const people = (await readFile(file, "utf8")).trimEnd().split("\n").slice(1);
  const read = (line) => {
    const [userName, , givenName, surname, , , , , manager] = line.split(";");
    return { userName, name: `${givenName} ${surname}`, manager };
  };
  const all = people.map(read);
  const employee = all.find((one) => one.manager !== "");
  return { employee, manager: all.find((one) => one.userName === employee.manager) };
}

function installation(folder, config, origin, child, more) {
  return {
    folder,
    origin,
    ...more,
    /** A manager and an employee are one of the people, where there are any. */
    async signInLink(role, otherwise = "Mette Holm") {
      const { name, userName } = more.named?.[role] ?? { name: otherwise };
      const person = userName ? ["--person", userName] : [];
      const said = await run(binary, ["--config", config, "sign-in-link", "--as", name, "--role", role, ...person]);
      return said.stdout.trim();
    },
    async emulated() {
      return (await (await fetch(`${more.control}/_emulator/state`)).json()).organisations[0];
    },
    async tellEmulator(method, path, body) {
      const headers = { "content-type": "application/json" };
      const answer = await fetch(`${more.control}${path}`, { method, headers, body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(`the emulator answered ${answer.status}: ${await answer.text()}`);
    },
    stop: () => child.stop(),
    discard: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Looks again until it is so. A program that has ended cannot make it so any more. */
export async function until(what, look, child) {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    const found = await look();
    if (found) return found;
    if (child?.ended()) throw new Error(`the program ended before ${what}:\n${child.words()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`it never came to be that ${what}`);
}

/** Whatever still runs when the walk ends too early: it need not save anything. */
export async function stopAll() {
  await Promise.all([...running].map((child) => child.stop("SIGKILL")));
}

function start(parameters) {
  const process_ = spawn(binary, parameters, { stdio: ["ignore", "pipe", "pipe"] });
  const lines = [];
  const exit = new Promise((resolve) => process_.on("exit", resolve));
  for (const stream of [process_.stdout, process_.stderr]) {
    createInterface({ input: stream }).on("line", (line) => lines.push(line));
  }
  const child = {
    ended: () => process_.exitCode !== null || process_.signalCode !== null,
    words: () => lines.slice(-20).join("\n"),
    says: (pattern) =>
      until(`it said ${pattern}`, () => lines.map((line) => pattern.exec(line)?.[1]).find(Boolean), child),
    async stop(signal = "SIGTERM") {
      process_.kill(signal);
      running.delete(child);
      return exit;
    },
  };
  running.add(child);
  return child;
}

function newFolder() {
  return mkdtemp(join(tmpdir(), "lokalid-walk-"));
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
