// The elements in pages that hold them in dialogs, popovers and places that hide, in each engine.

import assert from "node:assert/strict";

import { fault } from "../support/fault.mjs";

fault(
  {
    name: "a dialog of the elements that is hidden with what holds it leaves the page usable",
    injected: "the page hides a place, closes a dialog, closes a popover, while the element's own dialog is open in it",
    expected: "the page takes the focus again, and the element's dialog opens again when it is asked for",
  },
  async (world) => {
    const page = await world.page("/remote-elements.html");
    for (const name of ["div", "dialog", "popover"]) assert.deepEqual(await page.run(hide, name), { opened: true, shut: true, usable: true, again: true }, name);
  },
);

// What follows runs in the page.

async function hide(name) {
  const holds = async (look) => {
    for (let tries = 0; tries < 250; tries++) {
      if (look()) return true;
      await window.sleep(20);
    }
    return false;
  };
  document.body.innerHTML = `<button>outside</button><${name === "dialog" ? "dialog" : "div"} id="place"${name === "popover" ? " popover" : ""}><flaneur-shelf size="3"></flaneur-shelf></${name === "dialog" ? "dialog" : "div"}>`;
  await import("/elements.js");
  const place = document.querySelector("#place");
  const [show, close] = {
    div: [() => (place.style.display = ""), () => (place.style.display = "none")],
    dialog: [() => place.showModal(), () => place.close()],
    popover: [() => place.showPopover(), () => place.hidePopover()],
  }[name];
  const { shadowRoot } = place.querySelector("flaneur-shelf");
  const own = () => shadowRoot.querySelector("flaneur-centre")?.shadowRoot.querySelector("dialog") ?? null;
  const ask = async () => {
    await holds(() => shadowRoot.querySelector("[data-act=centre]"));
    shadowRoot.querySelector("[data-act=centre]").click();
    return holds(() => own()?.getBoundingClientRect().width > 0);
  };
  show();
  const opened = await ask();
  await window.sleep(100);
  close();
  const shut = await holds(() => own() === null);
  const outside = document.querySelector("button");
  outside.focus();
  const usable = document.activeElement === outside;
  show();
  const again = await ask();
  return { opened, shut, usable, again };
}
