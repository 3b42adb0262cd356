// Everything works without this file: links and forms carry the whole state. Here it becomes smoother.
"use strict";

// --- Changing a selection replaces the content in place, so that nothing jumps. -------------------------------------

let running = null;
let swapped = false; // then going back is a swap too

async function visit(address, { push = true } = {}) {
  address = address.replace(/#.*/, ""); // where to scroll to is for who comes without a script
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
  document.dispatchEvent(new Event("swapping"));
  const held = hold();
  document.title = page.title;
  for (const part of ["#main", ".foot", ".top nav", ".theme"]) {
    const from = page.querySelector(part), to = document.querySelector(part);
    if (from && to) to.replaceWith(document.adoptNode(from));
  }
  held.forEach((restore) => restore());
  showCurrentLayer();
  showCycle();
  watch();
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

// hold remembers scrolled lists, opened details, the focus and where the control in use stands, and returns how to put them
// back.
function hold() {
  const later = [];
  const inUse = () => document.querySelector(".in-use"), top = inUse()?.getBoundingClientRect().top;
  if (top !== undefined && scrollY > 0) {
    later.push(() => { showCycle(); scrollBy({ top: (inUse()?.getBoundingClientRect().top ?? top) - top, behavior: "instant" }); });
  }
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
  const group = link.closest("[data-cycle], [data-chooses]");
  if (group) remember(group.dataset.cycle ?? group.dataset.chooses);
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

// On the explorer's pages what changes how the same is looked at is replaced in place.
document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest?.("[data-neighbors] a, .segments a, #probe a");
  if (!link || link.hasAttribute("download") || workbench()) return;
  const address = new URL(link.href);
  const stays = address.pathname === location.pathname || link.closest("[data-neighbors]");
  if (address.origin !== location.origin || !stays) return;
  event.preventDefault();
  visit(address.href);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-swap]")) {
    event.preventDefault();
    visit(form.action + "?" + new URLSearchParams(new FormData(form)));
  } else if (form.matches("[data-theme-form]")) {
    event.preventDefault();
    theme(form, event.submitter?.value ?? "system");
  } else if (form.matches("[data-upload], [data-camera]")) {
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

function remember(group) {
  try { sessionStorage.setItem("cycle", group); } catch { /* private mode: the layers, then */ }
  showCycle();
}

function remembered() { try { return sessionStorage.getItem("cycle"); } catch { return null; } }

// showCycle marks the control that the keys go through.
function showCycle() {
  const name = document.querySelector(`[data-cycle="${remembered()}"]`) ? remembered() : "layer";
  for (const control of document.querySelectorAll("[data-cycle]")) control.classList.toggle("in-use", control.dataset.cycle === name);
}
showCycle();

document.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!step || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (event.target.closest?.("input, select, textarea, summary")) return;
  const focused = document.activeElement?.closest?.("[data-cycle]")?.dataset.cycle;
  const group = document.querySelector(`[data-cycle="${focused ?? remembered() ?? "layer"}"]`);
  const links = [...(group?.querySelectorAll("ul a[href], ol a[href]") ?? [])].filter((link) => !link.closest(".steer"));
  if (links.length < 2) return;
  event.preventDefault();
  remember(group.dataset.cycle);
  const at = links.findIndex((link) => link.hasAttribute("aria-current"));
  visit(links[(at + step + links.length) % links.length].href);
});

// --- In a grid the arrow keys go to the tile beside, above or below. -------------------------------------------------

document.addEventListener("keydown", (event) => {
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  const from = document.activeElement?.closest?.("[data-grid] a");
  if (!way || !from || event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const tiles = [...document.querySelectorAll("[data-grid] a")];
  const next = way[0] ? tiles[tiles.indexOf(from) + way[0]] : nearest(from, tiles, way[1]);
  event.preventDefault();
  next?.focus();
});

// nearest is the tile of the next row above (-1) or below (1) that is least to the side.
function nearest(from, tiles, way) {
  const box = from.getBoundingClientRect();
  const beyond = tiles.map((tile) => ({ tile, box: tile.getBoundingClientRect() }))
    .filter((t) => way * (t.box.top - box.top) >= Math.min(box.height, t.box.height) / 2);
  const row = Math.min(...beyond.map((t) => way * t.box.top));
  const off = (t) => Math.abs(t.box.left - box.left);
  return beyond.filter((t) => way * t.box.top < row + t.box.height / 2).sort((a, b) => off(a) - off(b))[0]?.tile;
}

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

// --- Pictures that are being made: what is asked for, how far it is, and what is finished appear by themselves. ------

let stream = null;
const requests = new Map();

function watch() {
  if (!document.querySelector("[data-making]")) {
    stream?.close();
    stream = null;
    return;
  }
  showRequests();
  if (stream) return;
  let count = null;
  requests.clear();
  stream = new EventSource("/visualizations/requests/events");
  stream.addEventListener("requests", (event) => {
    requests.clear();
    for (const r of JSON.parse(event.data).requests) requests.set(r.id, r);
    showRequests(true);
  });
  stream.addEventListener("request", (event) => {
    const r = JSON.parse(event.data);
    if (r.state === "done" || r.state === "cancelled") requests.delete(r.id);
    else requests.set(r.id, r);
    showRequests(true);
    if (r.state === "done") refresh();
  });
  stream.addEventListener("pictures", (event) => {
    const now = JSON.parse(event.data).count;
    if (count !== null && now !== count) refresh();
    count = now;
  });
}

// showRequests writes the requests that a part of the page is about into it; only what has changed is touched.
function showRequests(known = requests.size > 0) {
  if (!known) return; // the server has written them
  for (const part of document.querySelectorAll("[data-making]")) {
    const { model, layer } = part.dataset, list = part.querySelector(".requests");
    const mine = [...requests.values()].filter((r) => r.model === model && (!layer || r.layer === layer));
    const shown = mine.slice(0, 6);
    for (const row of [...list.children]) if (!shown.some((r) => String(r.id) === row.dataset.request)) row.remove();
    for (const r of shown) showRequest(list.querySelector(`[data-request="${r.id}"]`) ?? newRow(part, list, r), r);
    part.querySelector(".more").textContent = mine.length > shown.length ? `and ${mine.length - shown.length} more` : "";
    part.classList.toggle("idle", !mine.length);
  }
}

function newRow(part, list, r) {
  const row = part.querySelector("template").content.firstElementChild.cloneNode(true);
  const subject = r.objective.replace(/^channel:-/, "the opposite of channel ").replace(":", " ");
  row.dataset.request = r.id;
  row.querySelector(".subject").textContent = (part.dataset.layer ? "" : r.layer + ", ") + subject;
  row.querySelector("progress").ariaLabel = subject;
  row.querySelector("button .unseen").textContent = " " + subject;
  row.querySelector("form").action = `/visualizations/requests/${r.id}/cancel`;
  return list.appendChild(row);
}

function showRequest(row, r) {
  row.querySelector("progress").value = (100 * r.step) / Math.max(1, r.steps);
  const left = r.seconds_left > 1 ? `, ${Math.ceil(r.seconds_left)} s left` : "";
  row.querySelector(".state").textContent =
    r.state === "running" ? `step ${r.step} of ${r.steps}${left}` : r.state === "failed" ? "failed: " + r.message : "waiting";
}

// refresh fetches the page again and changes what differs, at most every two seconds; focus and places stay.
let refreshing = null;

function refresh() {
  refreshing ??= setTimeout(async () => {
    const address = location.href;
    try {
      const page = new DOMParser().parseFromString(await (await fetch(address, { headers: { Accept: "text/html" } })).text(), "text/html");
      const main = page.getElementById("main");
      if (main && address === location.href) morph(document.getElementById("main"), document.adoptNode(main));
      showRequests(true);
    } catch { /* the next picture tries again */ }
    refreshing = null;
  }, 2000);
}

function morph(from, to) {
  if (from.isEqualNode(to)) return;
  const words = (e) => [...e.childNodes].filter((n) => n.nodeType === Node.TEXT_NODE).map((n) => n.data.trim()).join("|");
  const alike = from.tagName === to.tagName && from.children.length === to.children.length && from.children.length && words(from) === words(to);
  if (!alike) return from.replaceWith(to);
  for (const { name, value } of to.attributes) if (from.getAttribute(name) !== value && name !== "open") from.setAttribute(name, value);
  const next = [...to.children];
  [...from.children].forEach((child, i) => morph(child, next[i]));
}

document.addEventListener("submit", async (event) => {
  const form = event.target, part = form.closest("[data-making]");
  if (!part) return;
  event.preventDefault();
  event.submitter?.setAttribute("disabled", "");
  const response = await fetch(form.action + "?format=json", { method: "POST", body: new URLSearchParams(new FormData(form)) });
  const answer = await response.json();
  if (!response.ok) part.querySelector(".more").textContent = answer.error;
  event.submitter?.removeAttribute("disabled");
  if (response.ok && answer.requests.some((r) => r.state === "done")) refresh();
});

watch();

// --- A part of the query's picture: drawn by pointer, or moved by keys. The form beside it says the same in numbers. --

const cropOf = (target) => target.closest?.("[data-crop-stage]");

function crop(stage) {
  const figure = stage.closest("[data-crop]"), form = figure.querySelector("form"), svg = stage.querySelector("svg");
  const { width, height } = svg.viewBox.baseVal;
  const fields = ["crop_x", "crop_y", "crop_w", "crop_h"].map((name) => form.elements[name]);
  return {
    width, height, form,
    get: () => fields.map((field) => Number(field.value)),
    set(x, y, w, h) {
      w = Math.max(1, Math.min(Math.round(w), width));
      h = Math.max(1, Math.min(Math.round(h), height));
      x = Math.max(0, Math.min(Math.round(x), width - w));
      y = Math.max(0, Math.min(Math.round(y), height - h));
      [x, y, w, h].forEach((v, i) => { fields[i].value = v; });
      svg.classList.remove("whole");
      svg.querySelector(".shade").setAttribute("d", `M0 0H${width}V${height}H0ZM${x} ${y}h${w}v${h}h-${w}z`);
      for (const [name, v] of Object.entries({ x, y, width: w, height: h })) svg.querySelector(".cut").setAttribute(name, v);
      return `${w} × ${h} pixels at ${x}, ${y}`;
    },
    // place is where in the picture an event is: the picture stands in the middle of its stage, as large as fits.
    place(event) {
      const box = stage.getBoundingClientRect(), scale = Math.min(box.width / width, box.height / height);
      const at = (v, from, size, whole) => Math.max(0, Math.min(whole, (v - from - (size - whole * scale) / 2) / scale));
      return [at(event.clientX, box.left, box.width, width), at(event.clientY, box.top, box.height, height)];
    },
  };
}

document.addEventListener("pointerdown", (event) => {
  const stage = cropOf(event.target);
  if (!stage || event.button) return;
  event.preventDefault();
  stage.focus({ preventScroll: true });
  stage.setPointerCapture(event.pointerId);
  const c = crop(stage), [u, v] = c.place(event);
  let drawn = false;
  const draw = (move) => {
    const [x, y] = c.place(move);
    drawn = drawn || Math.hypot(x - u, y - v) * stage.clientHeight > 6 * c.height;
    if (drawn) c.set(Math.min(x, u), Math.min(y, v), Math.abs(x - u), Math.abs(y - v));
  };
  const end = (up) => {
    stage.removeEventListener("pointermove", draw);
    stage.removeEventListener("pointerup", end);
    stage.removeEventListener("pointercancel", end);
    if (drawn && up.type === "pointerup") c.form.requestSubmit();
  };
  stage.addEventListener("pointermove", draw);
  stage.addEventListener("pointerup", end);
  stage.addEventListener("pointercancel", end);
});

document.addEventListener("keydown", (event) => {
  const stage = cropOf(event.target), way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (!stage || event.metaKey || event.ctrlKey || event.altKey || !(way || event.key === "Enter")) return;
  event.preventDefault();
  event.stopImmediatePropagation(); // arrows mean something else on the rest of the page
  const c = crop(stage);
  if (!way) return c.form.requestSubmit();
  let [x, y, w, h] = c.get();
  const step = [Math.max(1, Math.round(c.width / 20)), Math.max(1, Math.round(c.height / 20))];
  if (w === c.width && h === c.height) [x, y, w, h] = [w / 4, h / 4, w / 2, h / 2];
  else if (event.shiftKey) [w, h] = [w + way[0] * step[0], h + way[1] * step[1]];
  else [x, y] = [x + way[0] * step[0], y + way[1] * step[1]];
  document.getElementById("status").textContent = c.set(x, y, w, h);
}, true);

document.addEventListener("input", (event) => {
  const form = event.target.closest?.(".crop-form form"), stage = form?.closest("[data-crop]").querySelector("[data-crop-stage]");
  if (!stage) return;
  const c = crop(stage), n = c.get();
  if (n.every(Number.isFinite) && n[2] > 0 && n[3] > 0 && n[0] + n[2] <= c.width && n[1] + n[3] <= c.height) c.set(...n);
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
  if (event.target.matches?.("[data-upload] input[type=file], [data-camera] input[type=file]") && event.target.files.length) event.target.form.requestSubmit();
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

// --- What a narrow screen moves under the finger is reached by the Tab key there. ------------------------------------

function reach() {
  for (const part of document.querySelectorAll(".term-picture, .tour-drawing")) {
    if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
    else part.removeAttribute("tabindex");
  }
}

reach();
addEventListener("resize", reach);
document.addEventListener("swapped", reach);
document.addEventListener("toggle", reach, true); // what a word means is opened beside it
