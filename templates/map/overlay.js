// What lies over the points: lines to the neighbors, marks, thumbnails, names of categories, the lasso.
import { css } from "./palette.js";
import { picture } from "./images.js";

const thumbnail = 44, few = 120; // pixels of a thumbnail; so many points in sight are few enough for pictures

export class Overlay {
  constructor(canvas, redraw) {
    this.context = canvas.getContext("2d");
    this.redraw = redraw;
  }

  draw(view) {
    const { context } = this, { width, height, ratio, colors } = view;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    this.lines(view, colors);
    const shown = view.pictures ? this.thumbnails(view) : new Set();
    if (!shown.size && !view.data.values && !view.small) this.names(view, colors);
    this.marks(view, colors, shown);
    const drawn = view.lasso.length ? view.lasso : (view.state.polygon ?? []).map(([x, y]) => view.toPixel(x, y));
    if (drawn.length) this.lasso(drawn, colors, view.lasso.length ? 0.12 : 0.05);
  }

  lines(view, colors) {
    const from = view.queryPixel();
    if (!from) return;
    const { context } = this;
    context.lineWidth = 1.25;
    context.strokeStyle = colors.text;
    context.globalAlpha = 0.45;
    context.beginPath();
    for (const i of view.neighbors) {
      if (view.hidden(i)) continue;
      context.moveTo(...from);
      context.lineTo(...view.pixel(i));
    }
    context.stroke();
    context.globalAlpha = 1;
  }

  // marks rings the neighbors, the query, and what the pointer or the keyboard is at.
  marks(view, colors, shown) {
    const r = view.diameter() / 2;
    const mark = (i, radius, color, width, behind) =>
      shown.has(i) ? this.frame(view.pixel(i), color, width) : this.ring(view.pixel(i), radius, color, width, behind);
    for (const i of view.neighbors) if (!view.hidden(i)) mark(i, r + 1, colors.text, 1.25);
    const query = view.queryPixel();
    if (view.query >= 0) mark(view.query, r + 5, colors.accent, 3, colors.surface);
    else if (query) {
      this.ring(query, r + 5, colors.accent, 3, colors.surface);
      this.disc(query, r, colors.accent);
    }
    if (view.hovered >= 0) mark(view.hovered, r + 3, colors.text, 2, colors.surface);
  }

  // frame goes around a thumbnail as a ring goes around a point.
  frame([x, y], color, width) {
    const { context } = this, side = thumbnail + 4 + width;
    context.beginPath();
    context.roundRect(x - side / 2, y - side / 2, side, side, 7);
    context.lineWidth = width;
    context.strokeStyle = color;
    context.stroke();
  }

  ring([x, y], radius, color, width, behind) {
    const { context } = this;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    if (behind) {
      context.lineWidth = width + 2;
      context.strokeStyle = behind;
      context.stroke();
    }
    context.lineWidth = width;
    context.strokeStyle = color;
    context.stroke();
  }

  disc([x, y], radius, color) {
    this.context.beginPath();
    this.context.arc(x, y, radius, 0, 2 * Math.PI);
    this.context.fillStyle = color;
    this.context.fill();
  }

  // thumbnails shows pictures at the points where there is room: the query's and its neighbors' before the others.
  thumbnails(view) {
    const shown = new Set();
    const inSight = view.inSight(thumbnail / 2);
    if (inSight.length > few) return shown;
    const first = new Set([view.query, ...view.neighbors]);
    inSight.sort((a, b) => first.has(b) - first.has(a) || a - b);
    const taken = [];
    for (const i of inSight) {
      const [x, y] = view.pixel(i);
      if (taken.some(([u, v]) => Math.abs(u - x) < thumbnail + 10 && Math.abs(v - y) < thumbnail + 10)) continue;
      const image = picture(view.dataset, view.data.ids[i], this.redraw);
      if (!image) continue;
      taken.push([x, y]);
      shown.add(i);
      this.image(image, x, y, css(view.colorOf(i)));
    }
    return shown;
  }

  image(image, x, y, color) {
    const { context } = this, side = thumbnail, left = x - side / 2, top = y - side / 2;
    const cut = Math.min(image.naturalWidth, image.naturalHeight);
    context.save();
    context.beginPath();
    context.roundRect(left, top, side, side, 5);
    context.fillStyle = "#fff";
    context.fill();
    context.clip();
    context.imageSmoothingEnabled = cut > 48;
    context.drawImage(image, (image.naturalWidth - cut) / 2, (image.naturalHeight - cut) / 2, cut, cut, left, top, side, side);
    context.restore();
    context.lineWidth = 2;
    context.strokeStyle = color;
    context.stroke();
  }

  // names writes each category's name in its midst, the largest first, where no other name is.
  names(view, colors) {
    const { context } = this;
    context.font = "600 12px system-ui, sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    const query = view.queryPixel(), taken = query ? [[...query, 20]] : [];
    for (const { name, at } of view.midsts()) {
      const [x, y] = at, half = context.measureText(name).width / 2 + 4;
      if (x < half || x > view.width - half || y < 10 || y > view.height - 10) continue;
      if (taken.some(([u, v, h]) => Math.abs(u - x) < h + half && Math.abs(v - y) < 18)) continue;
      taken.push([x, y, half]);
      context.lineWidth = 4;
      context.strokeStyle = colors.surface;
      context.strokeText(name, x, y);
      context.fillStyle = colors.text;
      context.fillText(name, x, y);
    }
  }

  lasso(points, colors, fill) {
    const { context } = this;
    context.beginPath();
    points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.closePath();
    context.fillStyle = colors.accent;
    context.globalAlpha = fill;
    context.fill();
    context.globalAlpha = 1;
    context.setLineDash([5, 4]);
    context.lineWidth = 1.5;
    context.strokeStyle = colors.accent;
    context.stroke();
    context.setLineDash([]);
  }
}
