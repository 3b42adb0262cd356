// A map: the points of a figure, drawn, zoomed, pointed at, chosen.
import KDBush from "kdbush";
import { select } from "d3-selection";
import "d3-transition";
import { zoom, zoomIdentity } from "d3-zoom";
import { load, readPoints, readRanges, readValues, wait } from "./points.js";
import { along, palette, shapes } from "./palette.js";
import { Renderer } from "./renderer.js";
import { Overlay } from "./overlay.js";
import { Tip } from "./tip.js";
import { lasso } from "./lasso.js";
import { keys } from "./keys.js";

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const motion = 280, journey = 650; // milliseconds: of a zoom; of points on their way, which the eye is to follow

export class View extends EventTarget {
  constructor(stage) {
    super();
    this.stage = stage;
    stage.map = this; // for the console, and for tests
    this.points = canvas("map-points");
    this.over = canvas("map-over");
    this.renderer = new Renderer(this.points);
    this.overlay = new Overlay(this.over, () => this.refresh());
    this.tip = new Tip(this);
    this.data = null;
    this.hovered = this.query = -1;
    this.neighbors = this.lasso = [];
    this.pictures = true;
    this.transform = zoomIdentity;
    this.colors = palette();
    this.watch();
  }

  watch() {
    this.zoom = zoom().scaleExtent([0.8, 80]).filter((event) => this.mayZoom(event)).on("zoom", ({ transform }) => {
      this.transform = transform;
      this.refresh();
    });
    select(this.stage).call(this.zoom);
    this.stage.style.touchAction = "pan-y"; // one finger scrolls the page, two zoom the map
    new ResizeObserver(() => this.resize()).observe(this.stage);
    this.stage.addEventListener("pointermove", (event) => { if (!event.buttons && !this.lassoing) this.hoverAt(event); });
    this.stage.addEventListener("pointerleave", () => this.hover(-1));
    this.stage.addEventListener("click", (event) => this.clicked(event));
    this.points.addEventListener("webglcontextlost", (event) => event.preventDefault());
    this.points.addEventListener("webglcontextrestored", () => { this.renderer.start(); this.restyle(); });
    lasso(this);
    keys(this);
  }

  mayZoom(event) {
    if (this.lassoing || event.shiftKey || event.button) return false;
    if (event.type === "wheel") return !this.small || event.ctrlKey; // the page scrolls past a small map
    return event.type !== "touchstart" || event.touches.length > 1;
  }

  // show brings the view to a figure's state, from whatever it showed before; the points may be on their way already.
  async show(state, ahead) {
    const before = this.state;
    this.state = state;
    this.small = state.small;
    this.dataset = state.dataset;
    const asked = (this.asked = {});
    this.stage.ariaBusy = "true";
    const later = state.values ? load(state.values, readValues) : null;
    later?.catch(() => {}); // it is looked at below
    const points = before?.points === state.points && this.data ? this.data : await (ahead ?? load(state.points, readPoints));
    const soon = await Promise.race([later, wait(300)]);
    if (asked !== this.asked) return; // something newer was asked for meanwhile
    this.from = this.data && this.data !== points ? this.placesBefore(points) : null;
    if (points !== this.data) this.index(points);
    this.data = Object.assign(points, { values: later && (soon ?? none(points.n)) });
    this.mark();
    this.restyle();
    this.travel();
    const values = await later;
    if (values && values.n !== points.n) throw new Error("The dataset has changed: reload the page.");
    if (!values || soon || asked !== this.asked) return;
    this.data.values = values;
    this.restyle();
  }

  index(points) {
    this.at = new Map(Array.from(points.ids, (id, i) => [id, i]));
    this.bush = new KDBush(points.n, 64, Float32Array);
    for (let i = 0; i < points.n; i++) this.bush.add(points.places[2 * i], points.places[2 * i + 1]);
    this.bush.finish();
    this.hovered = -1;
    this.tip.hide();
  }

  // placesBefore is where the new points were: those that were not are at their new places already.
  placesBefore(points) {
    const from = points.places.slice(), t = this.progress ?? 1, past = this.past ?? this.data.places;
    points.ids.forEach((id, i) => {
      const j = this.at.get(id);
      if (j === undefined) return;
      for (const k of [0, 1]) from[2 * i + k] = past[2 * j + k] + (this.data.places[2 * j + k] - past[2 * j + k]) * t;
    });
    return from;
  }

  mark() {
    const { state } = this, find = (id) => this.at.get(id) ?? -1;
    this.query = find(state.query);
    this.neighbors = state.neighbors.map(find).filter((i) => i >= 0);
    this.gone = new Set(state.hidden);
    this.selected = state.selecting ? readRanges(state.selected) : null;
  }

  hidden(i) { return this.gone.has(this.data.categories[i]); }

  restyle() {
    if (!this.data) return;
    const { n, categories } = this.data, color = new Uint8Array(4 * n), style = new Float32Array(2 * n);
    const marked = new Set([this.query, ...this.neighbors]);
    for (let i = 0; i < n; i++) {
      const off = this.selected && !this.selected.has(this.data.ids[i]);
      color.set(this.colorOf(i), 4 * i);
      color[4 * i + 3] = off ? 40 : 235;
      style[2 * i] = this.data.values ? 0 : categories[i] % shapes;
      style[2 * i + 1] = this.hidden(i) ? 0 : marked.has(i) ? 1.25 : 1;
    }
    this.past = this.from ?? this.data.places;
    this.renderer.set({ from: this.past, to: this.data.places, color, style });
    this.refresh();
  }

  colorOf(i) {
    const { values, categories } = this.data;
    if (!values) return this.colors.categories[categories[i] % this.colors.categories.length];
    const share = values.shares[i];
    return Number.isNaN(share) ? this.colors.muted : along(this.colors[this.state.ramp], this.state.reverse ? 1 - share : share);
  }

  // travel moves the points from where they were to where they are.
  travel() {
    cancelAnimationFrame(this.moving);
    if (!this.from || calm.matches) return this.arrive();
    let t = 0, last = null;
    this.progress = 0;
    const step = (now) => {
      t = Math.min(1, t + Math.min(now - (last ?? now), journey / 8) / journey); // a slow machine shows the way, too
      last = now;
      this.progress = t < 0.5 ? 4 * t ** 3 : 1 - (2 - 2 * t) ** 3 / 2;
      this.paint();
      if (t < 1) this.moving = requestAnimationFrame(step);
      else this.arrive();
    };
    this.moving = requestAnimationFrame(step);
  }

  arrive() {
    this.progress = 1;
    this.from = null;
    this.paint();
    this.stage.ariaBusy = "false";
  }

  resize() {
    const { clientWidth: width, clientHeight: height } = this.stage;
    if (!width || !height) return;
    this.ratio = Math.min(devicePixelRatio || 1, 2);
    for (const one of [this.points, this.over]) {
      one.width = Math.round(width * this.ratio);
      one.height = Math.round(height * this.ratio);
    }
    Object.assign(this, { width, height });
    this.zoom.extent([[0, 0], [width, height]]).translateExtent([[-width / 2, -height / 2], [1.5 * width, 1.5 * height]]);
    this.paint();
  }

  refresh() {
    this.waiting ??= requestAnimationFrame(() => this.paint());
  }

  paint() {
    cancelAnimationFrame(this.waiting);
    this.waiting = null;
    if (!this.data || !this.width) return;
    const { scale, offset } = this.camera();
    this.renderer.draw({ ...this, scale, offset, diameter: this.diameter(), edge: this.colors.behind });
    this.overlay.draw(this);
    this.tip.place();
    if (!this.points.isConnected) this.enter();
  }

  // enter takes the place of the server's drawing, once there is something to see.
  enter() {
    this.stage.replaceChildren(this.points, this.over, this.tip.element);
    requestAnimationFrame(() => requestAnimationFrame(() => performance.mark("map painted"))); // the frame with it is out
    this.stage.dataset.drawn = this.data.n;
    this.dispatchEvent(new Event("drawn"));
  }

  // camera leads from the unit square, y upwards, to pixels.
  camera() {
    const { width: w, height: h } = this.data, room = this.small ? 14 : 28, { k, x, y } = this.transform;
    const side = Math.min((this.width - 2 * room) / Math.max(w, 1e-6), (this.height - 2 * room) / Math.max(h, 1e-6));
    const left = (this.width - side * w) / 2, bottom = (this.height + side * h) / 2;
    return { scale: [side * k, -side * k], offset: [left * k + x, bottom * k + y] };
  }

  toPixel(x, y) {
    const { scale, offset } = this.camera();
    return [x * scale[0] + offset[0], y * scale[1] + offset[1]];
  }

  toPlace(x, y) {
    const { scale, offset } = this.camera();
    return [(x - offset[0]) / scale[0], (y - offset[1]) / scale[1]];
  }

  // pixel is where a point is, on its way too.
  pixel(i) {
    const t = this.progress ?? 1, { places } = this.data;
    return this.toPixel(...[0, 1].map((k) => this.past[2 * i + k] + (places[2 * i + k] - this.past[2 * i + k]) * t));
  }

  queryPixel() {
    if (this.query >= 0) return this.pixel(this.query);
    return this.state.place ? this.toPixel(...this.state.place) : null;
  }

  // diameter of a point: the fewer there are and the nearer one looks, the larger.
  diameter() {
    const base = Math.max(2.2, Math.min(10, 10 * (200 / this.data.n) ** 0.28)) * (this.small ? 0.72 : 1);
    return base * Math.min(3, Math.max(1, this.transform.k) ** 0.4);
  }

  inSight(margin) {
    const list = [];
    for (let i = 0; i < this.data.n; i++) {
      const [x, y] = this.pixel(i);
      if (x > margin && y > margin && x < this.width - margin && y < this.height - margin && !this.hidden(i)) list.push(i);
    }
    return list;
  }

  // midsts are the names of the categories at the medians of their points, the largest category first.
  midsts() {
    const members = this.state.categories.map(() => []);
    for (let i = 0; i < this.data.n; i++) members[this.data.categories[i]]?.push(i);
    const median = (list, k) => list.map((i) => this.pixel(i)[k]).sort((a, b) => a - b)[list.length >> 1];
    return members.map((list, c) => ({ list, name: this.state.categories[c] }))
      .filter(({ list, name }, c) => name && list.length > 1 && !this.gone.has(c))
      .sort((a, b) => b.list.length - a.list.length).slice(0, 40)
      .map(({ list, name }) => ({ name, at: [median(list, 0), median(list, 1)] }));
  }

  // nearest is the visible point at a pixel, or -1.
  nearest(x, y, reach = 12) {
    if (!this.data) return -1;
    const [u, v] = this.toPlace(x, y), unit = Math.abs(this.camera().scale[0]);
    let best = -1, least = Infinity;
    for (const i of this.bush.within(u, v, Math.max(reach, this.diameter()) / unit)) {
      const d = Math.hypot(this.data.places[2 * i] - u, this.data.places[2 * i + 1] - v);
      if (d < least && !this.hidden(i)) [best, least] = [i, d];
    }
    return best;
  }

  // pointAt is where a point lies on the screen.
  pointAt(i) {
    const box = this.stage.getBoundingClientRect(), [x, y] = this.pixel(i);
    return [box.left + x, box.top + y];
  }

  hoverAt(event) {
    if (event.pointerType === "touch") return;
    const [x, y] = this.local(event);
    this.hover(this.nearest(x, y));
  }

  local(event) {
    const box = this.stage.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  // hover shows what a point is; other maps hear of it by the image's id.
  hover(i, { tell = true, speak = false } = {}) {
    if (i === this.hovered) return;
    this.hovered = i;
    this.stage.classList.toggle("pointing", i >= 0);
    i >= 0 ? this.tip.show(i, speak) : this.tip.hide();
    this.refresh();
    if (tell) this.dispatchEvent(new CustomEvent("hover", { detail: i < 0 ? null : this.data.ids[i] }));
  }

  hoverImage(id) { if (this.data) this.hover(this.at.get(id) ?? -1, { tell: false }); }

  clicked(event) {
    if (this.lassoing || this.ending) return;
    if (this.aiming) return this.askAt(...this.local(event));
    const [x, y] = this.local(event), i = this.nearest(x, y, event.pointerType === "touch" ? 22 : 12);
    if (event.pointerType === "touch" && i !== this.hovered) return this.hover(i, { speak: true }); // the first touch shows
    if (i >= 0) this.choose(i);
  }

  // choose makes an image the query.
  async choose(i) {
    const { name } = await this.tip.about(i);
    this.go((q) => {
      for (const key of ["upload", "saved", "crop", "plus", "minus", "page"]) q.delete(key);
      q.set("image", name);
    });
  }

  // aim lets the next click search at its place instead of choosing an image.
  aim(yes) {
    this.aiming = yes && !this.small;
    this.stage.classList.toggle("aiming", this.aiming);
    this.dispatchEvent(new Event("aim"));
  }

  // askAt searches with a place of the map.
  askAt(x, y) {
    const address = new URL(this.state.at, location.href), unit = (v) => Math.min(65535, Math.max(0, Math.round(v * 65535)));
    address.searchParams.set("at", this.toPlace(x, y).map(unit).join("-"));
    location.assign(address);
  }

  // go visits this page's address after a change.
  go(change) {
    const address = new URL(this.state.address, location.href);
    change(address.searchParams);
    const visit = new CustomEvent("visit", { detail: address.href, cancelable: true });
    if (document.dispatchEvent(visit)) location.assign(address);
  }

  select(polygon) {
    this.go((q) => {
      for (const [key, value] of Object.entries(this.state.lasso)) value ? q.set(key, value) : q.delete(key);
      q.set("select", polygon);
      q.delete("page");
    });
  }

  zoomBy(factor) { this.smoothly().call(this.zoom.scaleBy, factor); }
  panBy(dx, dy) { this.smoothly().call(this.zoom.translateBy, dx / this.transform.k, dy / this.transform.k); }
  reset() { this.smoothly().call(this.zoom.transform, zoomIdentity); }
  smoothly() { return select(this.stage).transition().duration(calm.matches ? 0 : motion); }

  // reveal pans a point into sight.
  reveal(i) {
    const [x, y] = this.pixel(i), edge = 40;
    const dx = x < edge ? edge - x : Math.min(0, this.width - edge - x), dy = y < edge ? edge - y : Math.min(0, this.height - edge - y);
    if (dx || dy) this.panBy(dx, dy);
  }

  recolor() {
    this.colors = palette();
    this.restyle();
  }

  // png is what is to be seen, on the page's ground.
  png() {
    const image = canvas(""), context = image.getContext("2d");
    [image.width, image.height] = [this.points.width, this.points.height];
    context.fillStyle = this.colors.surface;
    context.fillRect(0, 0, image.width, image.height);
    context.drawImage(this.points, 0, 0);
    context.drawImage(this.over, 0, 0);
    return new Promise((done) => image.toBlob(done, "image/png"));
  }
}

// none stands for values that are still being computed.
const none = (n) => ({ n, shares: new Float32Array(n).fill(NaN), low: 0, high: 0 });

function canvas(name) {
  return Object.assign(document.createElement("canvas"), { className: name });
}
