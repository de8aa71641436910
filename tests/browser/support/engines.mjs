/**
 * Chromium, Firefox and WebKitGTK as a user starts them: on a profile of their own, at an address,
 * without a driver unless keys are to be pressed. What a page does there is told to it by `remote.mjs`.
 */

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT_USER = process.getuid?.() === 0;

const PLACES = {
  chromium: ["FLANEUR_CHROMIUM", "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"],
  firefox: ["FLANEUR_FIREFOX", "/usr/bin/firefox-esr", "/usr/bin/firefox"],
  webkit: [
    "FLANEUR_WEBKIT",
    "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
    "/usr/lib/aarch64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
  ],
};

/**
 * What Chromium 156 loads anew for every window, though nobody sees it without a head: the pages of its own address
 * bar, hundreds of files.
 */
export const ADDRESS_BAR = ["WebUIOmniboxPopup", "WebUIOmniboxAimPopup"];

/** Preferences of Firefox: quiet, no requests of its own, and windows that a test opens. */
const PREFERENCES = {
  "app.normandy.enabled": false,
  "app.update.disabledForTesting": true,
  "browser.aboutwelcome.enabled": false,
  "browser.pagethumbnails.capturing_disabled": true,
  "browser.region.network.url": "",
  "browser.safebrowsing.malware.enabled": false,
  "browser.safebrowsing.phishing.enabled": false,
  "browser.safebrowsing.update.enabled": false,
  "browser.search.update": false,
  "browser.sessionstore.resume_from_crash": false,
  "browser.shell.checkDefaultBrowser": false,
  "browser.startup.homepage_override.mstone": "ignore",
  "datareporting.policy.dataSubmissionEnabled": false,
  "dom.disable_open_during_load": false,
  "dom.max_script_run_time": 0,
  "extensions.getAddons.cache.enabled": false,
  "extensions.update.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "services.settings.server": "http://127.0.0.1:9/",
  "termsofuse.bypassNotification": true,
  "toolkit.startup.max_resumed_crashes": -1,
  "toolkit.telemetry.enabled": false,
};

/**
 * WebKit draws without a graphics card, and without Mesa's cache on the disk: its thread of idle priority is the last
 * one of a killed browser to be scheduled on a busy machine, ten seconds late.
 */
const SOFTWARE = { LIBGL_ALWAYS_SOFTWARE: "1", MESA_SHADER_CACHE_DISABLE: "true" };

/** How often, and how long apart, a driver that starts is looked for. */
const TRIES = 400;
const PAUSE_MS = 25;

/** What is undone when the process ends. */
const undone = new Set();
process.once("exit", () => {
  for (const undo of [...undone].reverse()) undo(); // browsers before their folders
});
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1)); // a run that is broken off leaves no browser behind

/** The executable of an engine. */
export function executableOf(engine) {
  const path = placeOf(engine);
  if (!path) throw new Error(`no ${engine} found; set ${PLACES[engine][0]} to its executable`);
  return path;
}

/** Whether an engine is installed. */
export function isHere(engine) {
  return placeOf(engine) !== undefined;
}

function placeOf(engine) {
  const [variable, ...places] = PLACES[engine];
  return process.env[variable] ?? places.find((place) => existsSync(place));
}

/** A folder that is gone when the process ends. */
export function scratch(name) {
  const folder = mkdtempSync(join(tmpdir(), `flaneur-${name}-`));
  undone.add(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

/** A browser of an engine. It does not run until it is started. */
export class Browser {
  engine;
  /** Where it keeps what pages store. */
  profile;
  #options;
  #child;
  /** Where WebKit's driver listens. */
  #driver;
  #atExit = () => this.#killAll();

  /**
   * `preferences` of Firefox, `settings` of Chromium, `environment` and `features` of WebKit, `flags` of any
   * command line, `profile` to use one that is there, `keys` to be driven by `keyboardOf`.
   */
  constructor(engine, options = {}) {
    this.engine = engine;
    this.#options = options;
    this.profile = options.profile ?? scratch(engine);
  }

  /** The process ids of the browser and everything it started, the browser first. */
  get processes() {
    return this.#child ? family(this.#child.pid) : [];
  }

  /** Starts it at an address. */
  async start(url) {
    const { command, environment } = await this.#command(url);
    const [program, ...words] = command;
    this.#child = spawn(program, words, { env: { ...process.env, ...environment }, stdio: "ignore", detached: true });
    this.#child.on("error", () => {});
    undone.add(this.#atExit);
    if (this.#driver) await this.#drive(url);
  }

  /** Asks WebKit's driver for something of its session. */
  async driver(path, body) {
    const response = await fetch(`${this.#driver}${path}`, { method: "POST", body: JSON.stringify(body) });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`WebKitWebDriver: ${value.message}`);
    return value;
  }

  async #drive(url) {
    const { origin } = new URL(this.#driver);
    await there("WebKitWebDriver", () => fetch(`${origin}/status`).then(({ ok }) => ok, () => false));
    const options = { binary: executableOf("webkit"), args: ["--automation", ...(this.#options.flags ?? [])] };
    this.#driver = `${origin}/`;
    const { sessionId } = await this.driver("session", { capabilities: { alwaysMatch: { "webkitgtk:browserOptions": options } } });
    this.#driver = `${origin}/session/${sessionId}/`;
    await this.driver("url", { url });
  }

  /** Kills it and everything it started, as a crash would. */
  async kill() {
    const child = this.#child;
    if (!child) return;
    const gone = child.exitCode ?? child.signalCode ? Promise.resolve() : new Promise((resolve) => child.once("exit", resolve));
    const pids = this.#killAll();
    undone.delete(this.#atExit);
    this.#child = undefined;
    await gone;
    for (const pid of pids) while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 5));
    for (const lock of ["SingletonLock", "SingletonSocket", "SingletonCookie", "lock", ".parentlock"]) {
      rmSync(join(this.profile, lock), { force: true });
    }
  }

  /** Kills the processes whose command line holds a word; returns how many. */
  killPart(word) {
    const pids = this.processes.slice(1).filter((pid) => commandLine(pid).includes(word));
    for (const pid of pids) signal(pid);
    return pids.length;
  }

  #killAll() {
    const pids = this.processes;
    for (const pid of pids) signal(pid);
    return pids;
  }

  async #command(url) {
    const { preferences = {}, settings, environment = {}, features = [], flags = [], keys = false } = this.#options;
    const program = executableOf(this.engine);
    if (this.engine === "chromium") {
      const root = ROOT_USER ? ["--no-sandbox"] : [];
      const quiet = ["--headless=new", "--disable-gpu", "--no-first-run", "--no-default-browser-check", "--disable-sync"];
      const more = ["--disable-background-networking", "--disable-component-update", "--disable-popup-blocking", "--password-store=basic"];
      const off = `--disable-features=${ADDRESS_BAR.join(",")}`;
      const words = [...quiet, ...more, off, "--remote-debugging-port=0", `--user-data-dir=${this.profile}`];
      rmSync(join(this.profile, "DevToolsActivePort"), { force: true });
      if (settings) {
        mkdirSync(join(this.profile, "Default"), { recursive: true });
        writeFileSync(join(this.profile, "Default", "Preferences"), JSON.stringify(settings));
      }
      return { command: [program, ...root, ...words, ...flags, url], environment };
    }
    if (this.engine === "firefox") {
      const lines = Object.entries({ ...PREFERENCES, ...(keys && { "marionette.port": 0 }), ...preferences });
      const text = lines.map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`);
      writeFileSync(join(this.profile, "user.js"), text.join(""));
      const command = [program, "--headless", "--no-remote", "--profile", this.profile, ...(keys ? ["--marionette"] : []), ...flags, url];
      return { command, environment: { MOZ_CRASHREPORTER_DISABLE: "1", ...environment } };
    }
    const homes = Object.fromEntries(
      ["DATA", "CACHE", "CONFIG"].map((kind) => [`XDG_${kind}_HOME`, join(this.profile, kind.toLowerCase())]),
    );
    for (const home of Object.values(homes)) mkdirSync(home, { recursive: true });
    const chosen = features.length > 0 ? [`--features=${features.join(",")}`] : [];
    const windows = "--javascript-can-open-windows-automatically=true";
    const root = ROOT_USER ? { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1" } : {};
    const port = keys ? await freePort() : undefined;
    this.#driver = keys ? `http://127.0.0.1:${port}/` : undefined;
    return {
      command: keys ? ["WebKitWebDriver", `--port=${port}`] : [program, windows, ...chosen, ...flags, url],
      environment: { ...homes, ...root, ...SOFTWARE, DISPLAY: await display(), NO_AT_BRIDGE: "1", ...environment },
    };
  }

  /** The address of Chromium's debugger. */
  async debugger() {
    const file = join(this.profile, "DevToolsActivePort");
    for (let tries = 0; tries < 400; tries++) {
      const [port] = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
      if (port) return `http://127.0.0.1:${port}`;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error("Chromium did not say where its debugger listens");
  }
}

/** Asks again until something is there. */
export async function there(what, look) {
  for (let tries = 0; tries < TRIES; tries++) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw new Error(`${what} did not start`);
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

let screen;

/** A screen that nobody sees, for the engine that must have one. */
function display() {
  screen ??= new Promise((resolve, reject) => {
    const child = spawn("Xvfb", ["-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    child.once("error", () => reject(new Error("WebKitGTK needs Xvfb (Debian: apt-get install xvfb)")));
    child.stdout.once("data", (text) => resolve(`:${String(text).trim()}`));
    undone.add(() => child.kill("SIGKILL"));
    child.unref();
    child.stdout.unref();
  });
  return screen;
}

/** A process and its descendants, from what the kernel says. */
function family(root) {
  const children = new Map();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
    } catch {
      // It ended meanwhile.
    }
  }
  const all = [root];
  for (const pid of all) all.push(...(children.get(pid) ?? []));
  return all;
}

function commandLine(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

function isAlive(pid) {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

function signal(pid) {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended meanwhile.
  }
}
