// The map by keyboard: arrows go from point to point, Enter asks, and the rest is on the buttons too.
import { enter, finish, leave } from "./lasso.js";

const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function keys(view) {
  const actions = {
    Enter: () => (view.lassoing ? finish(view, view.lasso) : view.aiming && view.hovered >= 0 ? view.askAt(...view.pixel(view.hovered)) : view.hovered >= 0 && view.choose(view.hovered)),
    " ": () => view.lassoing && corner(view),
    "+": () => view.zoomBy(1.6), "=": () => view.zoomBy(1.6), "-": () => view.zoomBy(1 / 1.6), "0": () => view.reset(),
    l: () => !view.small && (view.lassoing ? leave(view) : enter(view)),
    s: () => { leave(view); view.aim(!view.aiming); },
    p: () => view.dispatchEvent(new Event("pictures")),
    Home: () => view.query >= 0 && go(view, view.query),
    Escape: () => (view.lassoing ? leave(view) : view.aiming ? view.aim(false) : view.hover(-1)),
  };
  view.stage.addEventListener("keydown", (event) => {
    if (!view.data || event.metaKey || event.ctrlKey || event.altKey) return;
    const direction = arrows[event.key], action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!direction && !action) return;
    event.preventDefault();
    event.stopPropagation(); // arrows mean something else on the rest of the page
    if (!direction) return action();
    if (event.shiftKey) return view.panBy(-60 * direction[0], -60 * direction[1]);
    go(view, next(view, direction));
  });
  view.stage.addEventListener("blur", () => view.hover(-1));
}

function go(view, i) {
  if (i < 0) return;
  view.reveal(i);
  view.hover(i, { speak: true });
}

// next is the nearest visible point in a direction: what lies aside counts as farther away.
function next(view, [dx, dy]) {
  const from = view.hovered >= 0 ? view.hovered : view.query;
  if (from < 0) return view.nearest(view.width / 2, view.height / 2, Infinity);
  const [x, y] = view.pixel(from);
  let best = -1, least = Infinity;
  for (let i = 0; i < view.data.n; i++) {
    if (i === from || view.hidden(i)) continue;
    const [u, v] = view.pixel(i), ahead = (u - x) * dx + (v - y) * dy, aside = Math.abs((u - x) * dy) + Math.abs((v - y) * dx);
    if (ahead <= 0.5 || aside > 2 * ahead) continue;
    const far = ahead + 2 * aside;
    if (far < least) [best, least] = [i, far];
  }
  return best;
}

// corner adds the place of the point one is at to the lasso.
function corner(view) {
  if (view.hovered < 0) return;
  view.lasso = [...view.lasso, view.pixel(view.hovered)];
  document.getElementById("status").textContent = `Corner ${view.lasso.length}. Enter selects what lies inside.`;
  view.refresh();
}
