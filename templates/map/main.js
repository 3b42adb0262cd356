// Maps come to life here. Without this file, or without WebGL2, a figure shows the server's drawing, whose points are links.
import { View } from "./view.js";
import { onChange } from "./palette.js";
import { load, readPoints } from "./points.js";
import { enter, leave } from "./lasso.js";

const views = new Map(); // by the figure's slot: a map lives on while the page around it is replaced
let off = false;

function start() {
  const figures = [...document.querySelectorAll("[data-map]")];
  for (const figure of figures) {
    const state = JSON.parse(figure.dataset.map);
    if (off) inline(figure, state);
    else revive(figure, state).catch((error) => failed(figure, state, error));
  }
  for (const slot of views.keys()) if (!figures.some((figure) => JSON.parse(figure.dataset.map).slot === slot)) views.delete(slot);
}

async function revive(figure, state) {
  let view = views.get(state.slot);
  const ahead = view?.state?.points === state.points ? null : load(state.points, readPoints); // while WebGL starts
  ahead?.catch(() => {}); // show looks at it
  const fresh = figure.querySelector(".map-stage");
  if (view && view.dataset === state.dataset) adopt(view, fresh);
  else views.set(state.slot, (view = connect(new View(fresh))));
  buttons(figure, view);
  view.resize();
  await view.show(state, ahead);
  view.resize();
}

// adopt puts a living stage where the new page has an empty one.
function adopt(view, fresh) {
  view.stage.ariaLabel = fresh.ariaLabel;
  fresh.replaceWith(view.stage);
  if (view.hadFocus) view.stage.focus({ preventScroll: true });
}

// connect lets maps that stand side by side hear of each other.
function connect(view) {
  view.addEventListener("hover", ({ detail: id }) => {
    for (const other of views.values()) if (other !== view) other.hoverImage(id);
  });
  return view;
}

function buttons(figure, view) {
  const on = (action, run) => figure.querySelector(`[data-action="${action}"]`)?.addEventListener("click", run);
  const pressed = (action, yes) => figure.querySelector(`[data-action="${action}"]`)?.setAttribute("aria-pressed", String(yes));
  on("in", () => view.zoomBy(1.6));
  on("out", () => view.zoomBy(1 / 1.6));
  on("reset", () => view.reset());
  on("lasso", () => {
    view.lassoing ? leave(view) : enter(view);
    view.stage.focus({ preventScroll: true });
  });
  const pictures = () => {
    view.pictures = !view.pictures;
    pressed("pictures", view.pictures);
    view.refresh();
  };
  on("pictures", pictures);
  on("point", () => {
    leave(view);
    view.aim(!view.aiming);
    view.stage.focus({ preventScroll: true });
  });
  on("png", () => save(view));
  view.onlasso && view.removeEventListener("lasso", view.onlasso);
  view.onpictures && view.removeEventListener("pictures", view.onpictures);
  view.addEventListener("lasso", (view.onlasso = () => pressed("lasso", view.lassoing)));
  view.addEventListener("pictures", (view.onpictures = pictures));
  view.onaim && view.removeEventListener("aim", view.onaim);
  view.addEventListener("aim", (view.onaim = () => pressed("point", view.aiming)));
  pressed("point", Boolean(view.aiming));
  pressed("pictures", view.pictures);
}

async function save(view) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await view.png());
  link.download = view.state.file + ".png";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

// failed leaves the server's drawing in place, or fetches it where it was too large to come with the page.
function failed(figure, state, error) {
  views.delete(state.slot);
  if (/WebGL2/.test(error.message)) off = true;
  else document.getElementById("status").textContent = error.message;
  inline(figure, state);
}

async function inline(figure, state) {
  figure.classList.add("still");
  const stage = figure.querySelector(".map-stage");
  if (stage.querySelector("svg")) return;
  const response = await fetch(state.drawing);
  const drawing = new DOMParser().parseFromString(await response.text(), "image/svg+xml").documentElement;
  stage.replaceChildren(document.adoptNode(drawing));
}

onChange(() => { for (const view of views.values()) view.recolor(); });
document.addEventListener("swapping", () => { for (const view of views.values()) view.hadFocus = document.activeElement === view.stage; });
document.addEventListener("swapped", start);
// Where the server's drawing is there, it is painted first: starting WebGL would hold it up.
if (document.querySelector("[data-map] .map-svg")) requestAnimationFrame(() => setTimeout(start));
else start();
