// Drawing around points selects them: with the lasso switched on, or with Shift held. What is drawn becomes a polygon in
// the address, so that the server finds the same points.

const most = 200; // corners

export function lasso(view) {
  const { stage } = view;
  let drawing = null;
  stage.addEventListener("pointerdown", (event) => {
    if (event.button || !(view.lassoing || event.shiftKey) || view.small) return;
    event.preventDefault();
    stage.setPointerCapture(event.pointerId);
    drawing = [view.local(event)];
    stage.focus({ preventScroll: true });
  });
  stage.addEventListener("pointermove", (event) => {
    if (!drawing) return;
    const [x, y] = view.local(event), [u, v] = drawing.at(-1);
    if (Math.hypot(x - u, y - v) < 4) return;
    drawing.push([x, y]);
    view.lasso = drawing;
    view.refresh();
  });
  stage.addEventListener("pointerup", () => {
    const drawn = drawing;
    drawing = null;
    if (!drawn) return;
    view.ending = true; // the click that follows belongs to the lasso
    setTimeout(() => (view.ending = false), 0);
    finish(view, drawn);
  });
  stage.addEventListener("pointercancel", () => {
    drawing = null;
    leave(view);
  });
}

export function enter(view) {
  view.aim(false);
  view.lassoing = true;
  view.lasso = [];
  view.stage.classList.add("lassoing");
  view.dispatchEvent(new Event("lasso"));
}

export function leave(view) {
  view.lassoing = false;
  view.lasso = [];
  view.stage.classList.remove("lassoing");
  view.dispatchEvent(new Event("lasso"));
  view.refresh();
}

// finish selects what lies inside, if anything was gone around.
export function finish(view, corners) {
  leave(view);
  if (corners.length < 3) return;
  view.select(encode(view, corners));
}

// encode writes the corners in the units in which the points travel: "x-y~x-y~…", 0 to 65535.
function encode(view, corners) {
  const every = Math.ceil(corners.length / most), unit = (v) => Math.min(65535, Math.max(0, Math.round(v * 65535)));
  return corners.filter((_, i) => i % every === 0).map(([x, y]) => view.toPlace(x, y).map(unit).join("-")).join("~");
}
