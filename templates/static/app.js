// Everything works without this file: links and forms carry the whole state. Here it becomes smoother.
"use strict";

// --- Changing a selection replaces the content in place, so that nothing jumps. -------------------------------------

let running = null;
let swapped = false; // then going back is a swap too

async function visit(address, { push = true } = {}) {
  running?.abort();
  const mine = (running = new AbortController());
  try {
    const response = await fetch(address, { signal: mine.signal, headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (!page.getElementById("main")) throw new Error("not a page");
    if (push) history.pushState(null, "", address);
    swapped = true;
    swap(page);
    addScripts(page);
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
  }
}

function swap(page) {
  const held = hold();
  document.title = page.title;
  for (const part of ["#main", ".foot", ".top nav", ".theme"]) {
    const from = page.querySelector(part), to = document.querySelector(part);
    if (from && to) to.replaceWith(document.adoptNode(from));
  }
  held.forEach((restore) => restore());
  showCurrentLayer();
  document.getElementById("status").textContent = document.querySelector(".score-words b")?.textContent ?? page.title;
  document.dispatchEvent(new Event("swapped")); // for what else lives on the page
}

// addScripts loads what the new page needs and the one before did not.
function addScripts(page) {
  const has = (src) => [...document.scripts].some((script) => script.getAttribute("src") === src);
  for (const { type, attributes: { src } } of page.head.querySelectorAll("script[src]")) {
    if (!has(src.value)) document.head.append(Object.assign(document.createElement("script"), { type, src: src.value }));
  }
}

// Another script asks for a page by an event, so that it needs nothing of this one.
document.addEventListener("visit", (event) => {
  event.preventDefault();
  visit(event.detail);
});

// showCurrentLayer scrolls a strip that is wider than its place, and nothing else.
function showCurrentLayer() {
  const strip = document.getElementById("strip"), current = strip?.querySelector("[aria-current]")?.parentElement;
  if (!current) return;
  const left = current.offsetLeft - strip.offsetLeft;
  if (left < strip.scrollLeft || left + current.offsetWidth > strip.scrollLeft + strip.clientWidth) {
    strip.scrollLeft = left - (strip.clientWidth - current.offsetWidth) / 2;
  }
}
showCurrentLayer();

// hold remembers scrolled lists, opened details and the focus, and returns how to put them back.
function hold() {
  const later = [];
  for (const list of document.querySelectorAll("[data-scroll]")) {
    const { id, scrollTop, scrollLeft } = list;
    later.push(() => document.getElementById(id)?.scrollTo(scrollLeft, scrollTop));
  }
  for (const { id } of document.querySelectorAll("details[open][id]")) {
    later.push(() => { const again = document.getElementById(id); if (again) again.open = true; });
  }
  const group = document.activeElement?.closest("[data-cycle]")?.dataset.cycle;
  if (group) later.push(() => document.querySelector(`[data-cycle="${group}"] [aria-current]`)?.focus({ preventScroll: true }));
  return later;
}

const workbench = () => document.getElementById("workbench");

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest?.("a[href]");
  if (!link || !workbench()?.contains(link)) return;
  const group = link.closest("[data-cycle]");
  if (group) remember(group.dataset.cycle);
  const address = new URL(link.href);
  if (address.origin !== location.origin || address.pathname !== location.pathname || link.hasAttribute("download")) return;
  event.preventDefault();
  visit(address.href);
});

// A command line is copied, or, where that is not allowed, selected for the reader to copy.
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  const code = button.parentElement.querySelector("code");
  try {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = document.getElementById("status").textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  } catch {
    getSelection().selectAllChildren(code);
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-swap]")) {
    event.preventDefault();
    visit(form.action + "?" + new URLSearchParams(new FormData(form)));
  } else if (form.matches("[data-theme-form]")) {
    event.preventDefault();
    theme(form, event.submitter?.value ?? "system");
  } else if (form.matches("[data-upload]")) {
    form.classList.add("busy");
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches?.("select[data-submit]")) event.target.form.requestSubmit();
});

addEventListener("popstate", () => { if (workbench() || swapped) visit(location.href, { push: false }); });
addEventListener("pageshow", () => document.querySelector(".busy")?.classList.remove("busy"));

// The answer to an uploaded picture gets the address that shows it again, so that reloading does not send it twice.
if (workbench()?.dataset.address.includes("upload=")) history.replaceState(null, "", workbench().dataset.address);

// --- ← and → go through the control used last: the layers, to begin with. -------------------------------------------

function remember(group) { try { sessionStorage.setItem("cycle", group); } catch { /* private mode: the layers, then */ } }

function remembered() { try { return sessionStorage.getItem("cycle"); } catch { return null; } }

document.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!step || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (event.target.closest?.("input, select, textarea, summary")) return;
  const focused = document.activeElement?.closest?.("[data-cycle]")?.dataset.cycle;
  const group = document.querySelector(`[data-cycle="${focused ?? remembered() ?? "layer"}"]`);
  const links = [...(group?.querySelectorAll("ul a[href], ol a[href]") ?? [])];
  if (links.length < 2) return;
  event.preventDefault();
  remember(group.dataset.cycle);
  const at = links.findIndex((link) => link.hasAttribute("aria-current"));
  visit(links[(at + step + links.length) % links.length].href);
});

// --- On the pages about a layer or a channel ← and → go to the one beside it. ---------------------------------------

document.addEventListener("keydown", (event) => {
  const rel = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
  if (!rel || event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (event.target.closest?.("input, select, textarea, summary, .scroll")) return;
  const link = document.querySelector(`[data-neighbors] a[rel="${rel}"]`);
  if (!link) return;
  event.preventDefault();
  visit(link.href);
});

// --- A picture can be chosen, dropped or pasted. --------------------------------------------------------------------

const uploadForm = () => document.querySelector("[data-upload]");

function send(files) {
  const form = uploadForm();
  const picture = [...(files ?? [])].find((file) => file.type.startsWith("image/"));
  if (!form || !picture) return false;
  const list = new DataTransfer();
  list.items.add(picture);
  form.elements.image.files = list.files;
  form.requestSubmit();
  return true;
}

document.addEventListener("change", (event) => {
  if (event.target.matches?.("[data-upload] input[type=file]") && event.target.files.length) event.target.form.requestSubmit();
});
document.addEventListener("paste", (event) => { if (send(event.clipboardData?.files)) event.preventDefault(); });
for (const kind of ["dragenter", "dragover"]) {
  document.addEventListener(kind, (event) => {
    if (!uploadForm() || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    uploadForm().classList.add("over");
  });
}
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) uploadForm()?.classList.remove("over"); });
document.addEventListener("drop", (event) => {
  if (!uploadForm()) return;
  event.preventDefault();
  uploadForm().classList.remove("over");
  send(event.dataTransfer?.files);
});

// --- Light, dark, or like the system. -------------------------------------------------------------------------------

function theme(form, value) {
  fetch(form.action, { method: "POST", body: new URLSearchParams({ theme: value }), redirect: "manual" });
  if (value === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = value;
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.value === value));
}
